import { Injectable } from '@nestjs/common';
import type { CanActivate } from '@nestjs/common';
import { PanelError } from '../../common/errors/panel-error.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';

/** Answers 503 while the admins have closed registration, whatever the body. */
@Injectable()
export class RegistrationGuard implements CanActivate {
  constructor(private readonly settings: PanelSettings) {}

  canActivate(): boolean {
    if (this.settings.get('registrationEnabled')) return true;
    const message = this.settings.get('registrationNotice') || 'Registration is closed at the moment.';
    throw new PanelError(503, 'registration_disabled', 'registration_disabled', { extra: { message } });
  }
}
