/**
 * Imitations of the calls by which the shop sends mail and SMS, in the shapes of the providers' public references:
 * SES v2 SendEmail, SNS Publish to a number, Communication Services email and SMS. A request that is not exactly
 * as expected is refused.
 *
 * They prove what goes over the wire. They do NOT prove that the provider keeps its words: that a verified
 * sender is enough, that a custom header arrives, that a repeat with the same id is told, nor any limit or price.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Mail, Sms } from '../../runtime/ports/notify.ts';
import { type Asked, type JsonServer, startJsonServer } from './json-server.ts';

export interface MessageProvider<Message> {
  readonly server: JsonServer;
  /** In the order in which they were taken. */
  readonly taken: Message[];
}

const signed = ({ headers }: Asked, service: string) =>
  assert.match(headers.authorization ?? '', new RegExp(`^AWS4-HMAC-SHA256 .*/${service}/aws4_request, `));

const sesText = (Data: string) => ({ Data, Charset: 'UTF-8' });

export async function startSes(from: string): Promise<MessageProvider<Mail>> {
  const taken: Mail[] = [];
  const server = await startJsonServer((asked) => {
    assert.equal(`${asked.method} ${asked.path}`, 'POST /v2/email/outbound-emails');
    signed(asked, 'ses');
    const request = JSON.parse(asked.body);
    const { Subject, Body, Headers } = request.Content.Simple;
    const mail: Mail = {
      messageId: Headers[0].Value,
      to: request.Destination.ToAddresses[0],
      subject: Subject.Data,
      text: Body.Text.Data,
      html: Body.Html.Data,
    };
    assert.deepEqual(request, {
      FromEmailAddress: from,
      Destination: { ToAddresses: [mail.to] },
      Content: {
        Simple: {
          Subject: sesText(mail.subject),
          Body: { Text: sesText(mail.text), Html: sesText(mail.html) },
          Headers: [{ Name: 'X-Shop-Message-ID', Value: mail.messageId }],
        },
      },
    });
    // The reference's limits on a header of one's own.
    assert.match(mail.messageId, /^[ -~]{1,870}$/);
    taken.push(mail);
    return { status: 200, body: { MessageId: `ses-${taken.length}` } };
  });
  return { server, taken };
}

export async function startSnsSms(senderId: string): Promise<MessageProvider<Omit<Sms, 'messageId'>>> {
  const taken: Omit<Sms, 'messageId'>[] = [];
  const server = await startJsonServer((asked) => {
    assert.equal(`${asked.method} ${asked.path}`, 'POST /');
    signed(asked, 'sns');
    const form = Object.fromEntries(new URLSearchParams(asked.body));
    const { PhoneNumber: to = '', Message: text = '', ...rest } = form;
    assert.deepEqual(rest, {
      Action: 'Publish',
      Version: '2010-03-31',
      'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
      'MessageAttributes.entry.2.Name': 'AWS.SNS.SMS.SenderID',
      'MessageAttributes.entry.2.Value.DataType': 'String',
      'MessageAttributes.entry.2.Value.StringValue': senderId,
    });
    assert.match(to, /^\+[1-9]\d{1,14}$/);
    taken.push({ to, text });
    const body = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>sns-${taken.length}</MessageId></PublishResult></PublishResponse>`;
    return { status: 200, headers: { 'content-type': 'text/xml' }, body };
  });
  return { server, taken };
}

/** The client's signature covers a hash of the body. */
function signedByKey({ headers, body }: Asked): void {
  assert.match(
    headers.authorization ?? '',
    /^HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=/,
  );
  assert.equal(headers['x-ms-content-sha256'], createHash('sha256').update(body).digest('base64'));
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** As "Repeatable requests" says: a repeat of an id within five minutes is answered, and nothing is sent. */
export async function startCommunicationEmail(from: string): Promise<MessageProvider<Mail>> {
  const taken: Mail[] = [];
  const known = new Set<string>();
  const server = await startJsonServer((asked) => {
    signedByKey(asked);
    const url = new URL(asked.path, 'https://shop.communication.azure.com');
    assert.match(url.searchParams.get('api-version') ?? '', /^20\d\d-/);
    if (asked.method === 'GET') {
      const id = url.pathname.replace('/emails/operations/', '');
      assert.ok(known.has(id), asked.path);
      return { status: 200, body: { id, status: 'Running' } };
    }
    assert.equal(`${asked.method} ${url.pathname}`, 'POST /emails:send');
    const request = JSON.parse(asked.body);
    const mail: Mail = {
      messageId: request.headers['X-Shop-Message-ID'],
      to: request.recipients.to[0].address,
      subject: request.content.subject,
      text: request.content.plainText,
      html: request.content.html,
    };
    assert.deepEqual(request, {
      senderAddress: from,
      recipients: { to: [{ address: mail.to }] },
      content: { subject: mail.subject, plainText: mail.text, html: mail.html },
      headers: { 'X-Shop-Message-ID': mail.messageId },
      userEngagementTrackingDisabled: true,
    });
    const id = String(asked.headers['operation-id']);
    assert.match(id, uuid);
    assert.equal(asked.headers['repeatability-request-id'], id);
    const firstSent = Date.parse(String(asked.headers['repeatability-first-sent']));
    assert.ok(Math.abs(Date.now() - firstSent) < 5 * 60_000);
    if (!known.has(id)) taken.push(mail);
    known.add(id);
    const location = `${server.url}/emails/operations/${id}?api-version=2025-09-01`;
    return { status: 202, headers: { 'operation-location': location }, body: { id, status: 'Running' } };
  });
  return { server, taken };
}

export async function startCommunicationSms(from: string): Promise<MessageProvider<Sms>> {
  const taken: Sms[] = [];
  const server = await startJsonServer((asked) => {
    signedByKey(asked);
    assert.match(`${asked.method} ${asked.path}`, /^POST \/sms\?api-version=20\d\d-/);
    const request = JSON.parse(asked.body);
    const [recipient] = request.smsRecipients;
    assert.match(recipient.repeatabilityRequestId, uuid);
    assert.deepEqual(request, {
      from,
      smsRecipients: [recipient],
      message: request.message,
      smsSendOptions: { enableDeliveryReport: false, tag: request.smsSendOptions.tag },
    });
    const successful = recipient.to !== '+441632960999';
    if (successful)
      taken.push({ messageId: request.smsSendOptions.tag, to: recipient.to, text: request.message });
    const httpStatusCode = successful ? 202 : 400;
    return { status: 202, body: { value: [{ to: recipient.to, httpStatusCode, successful }] } };
  });
  return { server, taken };
}
