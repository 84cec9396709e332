import 'reflect-metadata';
import { Body, Controller, Injectable, Module, NotFoundException, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { IsDateString, IsNotEmpty, IsObject, IsOptional, IsString } from 'class-validator';
import {
  Column,
  CreateDateColumn,
  DataSource,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Repository,
} from 'typeorm';

/**
 * What most people write: a controller, a DTO with the ValidationPipe, a service that finds the
 * customer (`findOneBy`) and saves an entity (`save`).
 */
@Entity('customers')
class Customer {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column({ unique: true })
  externalId: string;
}

@Entity('customer_events')
@Index(['customer', 'occurredAt'])
class CustomerEvent {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @ManyToOne(() => Customer, { nullable: false })
  @JoinColumn({ name: 'customerId' })
  customer: Customer;

  @Column()
  type: string;

  @Column('jsonb')
  payload: Record<string, unknown>;

  @Column('timestamptz')
  occurredAt: Date;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;
}

class CreateCustomerEventDto {
  @IsString()
  @IsNotEmpty()
  customerExternalId: string;

  @IsString()
  @IsNotEmpty()
  type: string;

  @IsOptional()
  @IsObject()
  payload?: Record<string, unknown>;

  @IsOptional()
  @IsDateString()
  occurredAt?: string;
}

@Injectable()
class CustomerEventsService {
  constructor(
    @InjectRepository(Customer) private readonly customers: Repository<Customer>,
    @InjectRepository(CustomerEvent) private readonly events: Repository<CustomerEvent>,
  ) {}

  async create(dto: CreateCustomerEventDto): Promise<CustomerEvent> {
    const customer = await this.customers.findOneBy({ externalId: dto.customerExternalId });
    if (!customer) throw new NotFoundException('Customer not found');
    const event = this.events.create({
      customer,
      type: dto.type,
      payload: dto.payload ?? {},
      occurredAt: dto.occurredAt ? new Date(dto.occurredAt) : new Date(),
    });
    return this.events.save(event);
  }
}

@Controller('customer-events')
class CustomerEventsController {
  constructor(private readonly service: CustomerEventsService) {}

  @Post()
  async create(@Body() dto: CreateCustomerEventDto) {
    const event = await this.service.create(dto);
    return { success: true, data: event, timestamp: new Date().toISOString() };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      entities: [Customer, CustomerEvent],
      synchronize: true,
    }),
    TypeOrmModule.forFeature([Customer, CustomerEvent]),
  ],
  controllers: [CustomerEventsController],
  providers: [CustomerEventsService],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
await app
  .get(DataSource)
  .query(`INSERT INTO customers ("externalId") SELECT 'user_' || n FROM generate_series(0, $1 - 1) AS n`, [
    Number(process.env.CUSTOMERS),
  ]);
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
