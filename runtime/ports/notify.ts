export interface Mail {
  /** Stable across repeats, so that a mail sent twice can be told. Without angle brackets. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Mailer {
  /** @throws UnavailableError when it was not accepted, or nobody knows. */
  send(mail: Mail): Promise<void>;
}

export interface Sms {
  /** Stable across repeats. */
  readonly messageId: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

export interface SmsSender {
  send(sms: Sms): Promise<void>;
}
