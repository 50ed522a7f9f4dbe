import { Injectable } from '@nestjs/common';
import { PanelError } from '../../common/errors/panel-error.js';

/** Files that one account moves at a time on one server, downloads, uploads and packing together. */
const MAXIMUM = 8;
const RETRY_SECONDS = 5;

/** Keeps one account from taking all connections to a node with transfers that it lets hang. */
@Injectable()
export class FileSlots {
  private readonly taken = new Map<string, number>();

  /**
   * @returns gives the place back; may be called more than once.
   * @param who the account, or a group of those who have none.
   * @throws PanelError 429 when there are too many under way.
   */
  take(who: number | string, serverUuid: string, maximum = MAXIMUM): () => void {
    const key = `${who}:${serverUuid}`;
    const count = this.taken.get(key) ?? 0;
    if (count >= maximum) {
      const options = { retryAfter: RETRY_SECONDS };
      throw new PanelError(429, 'files.too_many_at_once', 'Too many files are on their way already', options);
    }
    this.taken.set(key, count + 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.release(key);
      isHeld = false;
    };
  }

  private release(key: string): void {
    const left = (this.taken.get(key) ?? 0) - 1;
    if (left > 0) this.taken.set(key, left);
    else this.taken.delete(key);
  }
}
