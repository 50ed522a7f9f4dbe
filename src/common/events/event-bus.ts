import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { RedisConnections } from '../redis/redis.js';
import { logger } from '../logging/logger.js';
import type { PanelEvents } from './panel-events.js';

interface Envelope {
  from: string;
  name: keyof PanelEvents;
  payload: unknown;
}

/**
 * Tells every replica at once that something changed: listeners of this process are called before `publish` returns,
 * those of other replicas through Redis. Delivery is not guaranteed (a lost connection loses messages), so listeners
 * only drop caches, cut sockets and the like; what must happen goes through a job.
 */
@Injectable()
export class EventBus implements OnApplicationShutdown {
  private readonly emitter = new EventEmitter().setMaxListeners(100);
  private readonly self = randomUUID();
  private readonly channel: string;

  constructor(private readonly redis: RedisConnections) {
    const subscriber = redis.subscriber;
    // Channels know no databases: without the number, panels that share a server would hear each other.
    this.channel = `panel:events:${subscriber?.options.db ?? 0}`;
    if (subscriber === undefined) return;
    subscriber.on('message', (_channel, text: string) => this.receive(text));
    // After a lost connection invalidations may have been missed: everything cached is doubtful.
    subscriber.on('ready', () => {
      subscriber
        .subscribe(this.channel)
        .catch((error: unknown) => logger.error({ err: error }, 'cannot subscribe to Redis'));
      this.emitter.emit('bus.reconnected', {});
    });
  }

  on<Name extends keyof PanelEvents>(name: Name, listener: (payload: PanelEvents[Name]) => void): void {
    this.emitter.on(name, listener);
  }

  publish<Name extends keyof PanelEvents>(name: Name, payload: PanelEvents[Name]): void {
    this.emit(name, payload);
    const envelope: Envelope = { from: this.self, name, payload };
    this.redis.client
      ?.publish(this.channel, JSON.stringify(envelope))
      .catch((error: unknown) => logger.error({ err: error, event: name }, 'event not sent to other replicas'));
  }

  onApplicationShutdown(): void {
    this.emitter.removeAllListeners();
  }

  private receive(text: string): void {
    const envelope = JSON.parse(text) as Envelope;
    if (envelope.from !== this.self) this.emit(envelope.name, envelope.payload);
  }

  /** A listener that fails must not keep the others from hearing. */
  private emit(name: keyof PanelEvents, payload: unknown): void {
    for (const listener of this.emitter.listeners(name) as ((payload: unknown) => void)[]) {
      try {
        listener(payload);
      } catch (error) {
        logger.error({ err: error, event: name }, 'event listener failed');
      }
    }
  }
}
