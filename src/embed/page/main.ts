import './view/customer-timeline.ts';
