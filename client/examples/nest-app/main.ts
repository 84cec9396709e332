import 'reflect-metadata';
import { CustomerEvents } from '@customer-events/client';
import { CustomerEventsModule } from '@customer-events/client/nest';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Controller('orders')
class OrdersController {
  constructor(private readonly events: CustomerEvents) {}

  @Post()
  async place(
    @Body() order: { id: string; customer: string; total: number; placedAt: string },
  ): Promise<{ event: string }> {
    const { id } = await this.events.record({
      customerExternalId: order.customer,
      type: 'order.placed',
      payload: { orderId: order.id, total: order.total },
      occurredAt: order.placedAt,
      eventId: `order-${order.id}-placed`,
    });
    return { event: id };
  }
}

const { CUSTOMER_EVENTS_URL: url = '', CUSTOMER_EVENTS_KEY: key = '', PORT = '3001' } = process.env;

@Module({
  imports: [CustomerEventsModule.forRoot({ url, key, undeliveredFile: 'undelivered.ndjson' })],
  controllers: [OrdersController],
})
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(PORT, '127.0.0.1');
