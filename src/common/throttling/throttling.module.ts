import { Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { CounterStore } from './counter-store.js';
import { GLOBAL_WINDOW_SECONDS } from './limits.js';
import { RateLimits } from './rate-limits.js';

@Global()
@Module({
  providers: [CounterStore, RateLimits],
  exports: [CounterStore, RateLimits],
})
class CountersModule {}

/** The limits, and `@nestjs/throttler` on the panel's own counters. */
@Global()
@Module({
  imports: [
    CountersModule,
    ThrottlerModule.forRootAsync({
      inject: [CounterStore],
      useFactory: (storage: CounterStore) => ({
        storage,
        throttlers: [{ name: 'panel', ttl: GLOBAL_WINDOW_SECONDS * 1000, limit: 1 }],
      }),
    }),
  ],
  exports: [ThrottlerModule],
})
export class ThrottlingModule {}
