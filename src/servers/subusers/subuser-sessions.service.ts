import { Injectable } from '@nestjs/common';
import { daemonPermissions } from '../access/daemon-permissions.js';
import { ServerAccess } from '../access/server-access.service.js';
import { LiveAccess } from '../daemon/live-access.service.js';

interface Person {
  readonly id: number;
  readonly uuid: string;
}

/** What subusers have open on the node itself follows their entries. */
@Injectable()
export class SubuserSessions {
  constructor(
    private readonly access: ServerAccess,
    private readonly live: LiveAccess,
  ) {}

  /** Gives open connections the permissions that the person has now; none closes them. */
  refresh(nodeId: number, serverUuid: string, person: Person): void {
    // Staff rights are left out: they come with the next token, and less for 600 s harms nobody.
    const caller = { userId: person.id, canAsStaff: () => false };
    this.access
      .forCaller(caller, serverUuid)
      .then((scope) => {
        const permissions = scope === undefined ? [] : daemonPermissions(scope);
        this.live.replace(nodeId, serverUuid, person.uuid, permissions);
      })
      .catch(() => this.close(nodeId, serverUuid, person));
  }

  close(nodeId: number, serverUuid: string, person: Person): void {
    this.live.close(nodeId, serverUuid, person.uuid);
  }
}
