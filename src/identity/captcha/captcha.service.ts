import { Injectable } from '@nestjs/common';
import { equalsInConstantTime, randomSecret } from '../../common/crypto/digest.js';
import { badRequest } from '../../common/errors/panel-error.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { Challenges } from '../challenges/challenges.service.js';
import { drawCaptcha } from './captcha-picture.js';
import { digitsQuestion, sumQuestion } from './captcha-question.js';
import type { CaptchaQuestion } from './captcha-question.js';
import { beepDigits } from './captcha-sound.js';
import type { AudioCaptchaResponse, CaptchaResponse, InvisibleCaptchaResponse } from './dto/captcha.dto.js';

const LIFETIME_SECONDS = 300;
/** Nobody fills a form in faster. */
const MINIMUM_MS = 1_500;

/** What a form brings of the captchas it was shown. */
export interface CaptchaProof {
  readonly captchaToken?: string | undefined;
  readonly captchaAnswer?: string | undefined;
  readonly invisibleCaptchaToken?: string | undefined;
}

/** Tells people from simple programs. The token says nothing of the answer, which stays here and is good for one try. */
@Injectable()
export class Captcha {
  constructor(
    private readonly challenges: Challenges,
    private readonly settings: PanelSettings,
  ) {}

  async picture(): Promise<CaptchaResponse> {
    const question = sumQuestion();
    const png = await drawCaptcha(question.text);
    const token = await this.issue(question);
    return { token, image: `data:image/png;base64,${png.toString('base64')}`, audio: '' };
  }

  async sound(): Promise<AudioCaptchaResponse> {
    const question = digitsQuestion();
    const token = await this.issue(question);
    return { token, audio: `data:audio/wav;base64,${beepDigits(question.text).toString('base64')}` };
  }

  async invisible(): Promise<InvisibleCaptchaResponse> {
    const token = randomSecret();
    await this.challenges.issue('captcha_invisible', token, { lifetimeSeconds: LIFETIME_SECONDS });
    return { token, created: Date.now() };
  }

  /**
   * Demands what the admins have switched on; where both are, the invisible one suffices.
   * @throws PanelError 400, the token is used up all the same.
   */
  async assertSolved(proof: CaptchaProof): Promise<void> {
    const wantsInvisible = this.settings.isFeatureEnabled('captchaInvisible');
    const wantsAnswer = this.settings.isFeatureEnabled('captcha');
    if (wantsInvisible && (proof.invisibleCaptchaToken !== undefined || !wantsAnswer)) {
      return this.assertPatient(proof.invisibleCaptchaToken);
    }
    if (wantsAnswer) await this.assertAnswered(proof);
  }

  private async assertAnswered({ captchaToken, captchaAnswer }: CaptchaProof): Promise<void> {
    if (captchaToken === undefined || captchaAnswer === undefined) throw refused('captchaAnswer', 'is required');
    const taken = await this.challenges.take<{ answer: string }>('captcha', captchaToken);
    if (taken === undefined) throw refused('captchaAnswer', 'is too late, ask for a new challenge');
    if (!equalsInConstantTime(taken.payload.answer, captchaAnswer.replace(/\s+/g, ''))) {
      throw refused('captchaAnswer', 'is wrong, ask for a new challenge');
    }
  }

  /**
   * Only the time counts, by the server's clock. What a page tells of mouse and keys is easily made up, and would shut
   * out people who use neither.
   */
  private async assertPatient(token: string | undefined): Promise<void> {
    if (token === undefined) throw refused('invisibleCaptchaToken', 'is required');
    const taken = await this.challenges.take('captcha_invisible', token);
    if (taken === undefined) throw refused('invisibleCaptchaToken', 'is too late, reload the page');
    if (taken.ageMs < MINIMUM_MS) throw refused('invisibleCaptchaToken', 'came too soon, try again');
  }

  private async issue({ answer }: CaptchaQuestion): Promise<string> {
    const token = randomSecret();
    await this.challenges.issue('captcha', token, { lifetimeSeconds: LIFETIME_SECONDS, payload: { answer } });
    return token;
  }
}

function refused(field: string, reason: string) {
  const text = `${field}: ${reason}`;
  return badRequest(text, 'captcha.refused', { details: text, fields: { [field]: [text] } });
}
