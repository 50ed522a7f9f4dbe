import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { atTheEnd } from './cleanup.ts';
import { until } from './net.ts';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const KEPT_OUTPUT = 4_000;
/** Clock ticks a second in /proc on every Linux that matters (USER_HZ). */
const TICKS = 100;

export interface Command {
  readonly file: string;
  readonly nodeOptions?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
}

/** A process of its own, so that what is measured shares no event loop with the load. */
export class Child {
  private readonly child: ChildProcess;
  private output = '';

  private constructor(child: ChildProcess) {
    this.child = child;
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  static start({ file, nodeOptions = [], args = [], env = {} }: Command): Child {
    const child = spawn(process.execPath, [...nodeOptions, file, ...args], {
      env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const started = new Child(child);
    atTheEnd(() => started.stop());
    return started;
  }

  /** Waits until an address answers 200; throws with the last output when the process ends before. */
  async ready(url: string): Promise<void> {
    await until(`starting ${url}`, START_LIMIT_MS, async () => {
      if (this.ended) return true;
      return (await fetch(url)).ok;
    });
    if (this.ended) throw new Error(`the process ended while starting:\n${this.output}`);
  }

  /** The next message that the process sends. */
  async message<Message>(): Promise<Message> {
    const lost = once(this.child, 'exit').then(() => {
      throw new Error(`the process ended:\n${this.output}`);
    });
    const [message] = (await Promise.race([once(this.child, 'message'), lost])) as [Message];
    return message;
  }

  send(message: object): void {
    this.child.send(message);
  }

  /** Resident memory in MB; undefined where there is no /proc. */
  residentMegabytes(): number | undefined {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(this.proc('status') ?? '')?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  }

  /** Processor time used so far, all threads together, in seconds; undefined where there is no /proc. */
  processorSeconds(): number | undefined {
    // The name of the program, in brackets, may hold spaces: fields are counted behind it.
    const fields = this.proc('stat')
      ?.replace(/^.*\) /s, '')
      .split(' ');
    return fields && (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** Asks the process to end and waits; kills it when that takes too long. */
  async stop(): Promise<void> {
    if (this.ended) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exit;
    clearTimeout(impatience);
  }

  private proc(file: string): string | undefined {
    try {
      return readFileSync(`/proc/${this.child.pid}/${file}`, 'utf8');
    } catch {
      return undefined;
    }
  }

  private get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
