import { startPage } from './start-page.ts';
import { CustomerTimeline } from './view/customer-timeline.ts';

const element = document.querySelector('customer-timeline');
if (element instanceof CustomerTimeline) startPage(element);
