import { Module } from '@nestjs/common';
import { DisplayRuleStore } from './application/display-rule-store.port.ts';
import { DisplayCache } from './application/display-cache.ts';
import { DisplayRules } from './application/display-rules.ts';
import { EventPreviews } from './application/event-previews.ts';
import { EventTypes } from './application/event-types.ts';
import { TypesSeenStore } from './application/types-seen-store.port.ts';
import { TypesSeen } from './application/types-seen.ts';
import { EventTypesController } from './http/event-types.controller.ts';
import { TypeormDisplayRuleStore } from './persistence/typeorm-display-rule-store.ts';
import { TypeormTypesSeenStore } from './persistence/typeorm-types-seen-store.ts';

@Module({
  controllers: [EventTypesController],
  providers: [
    EventTypes,
    EventPreviews,
    DisplayRules,
    DisplayCache,
    TypesSeen,
    { provide: DisplayRuleStore, useClass: TypeormDisplayRuleStore },
    { provide: TypesSeenStore, useClass: TypeormTypesSeenStore },
  ],
  exports: [DisplayRules, DisplayCache, EventTypes, TypesSeen],
})
export class EventTypesModule {}
