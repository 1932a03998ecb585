/**
 * The mailer's contract on SES and on Communication Services, and SMS by SNS and Communication Services, each
 * against an imitation that checks the exact request (see ../support/message-providers.ts for what that does not
 * prove), with planted faults and trouble.
 *
 * What neither provider keeps of the contract: the Message-ID is the provider's own. The id that the contract asks
 * for is the one in the header X-Shop-Message-ID.
 */
import assert from 'node:assert/strict';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { EmailClient } from '@azure/communication-email';
import { SmsClient } from '@azure/communication-sms';
import { clientDefaults as awsDefaults } from '../../runtime/adapters/aws/clients.ts';
import { createSesMailer } from '../../runtime/adapters/aws/mailer.ts';
import { createSnsSms } from '../../runtime/adapters/aws/sms.ts';
import { createCommunicationMailer } from '../../runtime/adapters/azure/mailer.ts';
import { createCommunicationSms } from '../../runtime/adapters/azure/sms.ts';
import { UnavailableError } from '../../runtime/errors.ts';
import type { SmsSender } from '../../runtime/ports/notify.ts';
import type { JsonServer } from '../support/json-server.ts';
import {
  startCommunicationEmail,
  startCommunicationSms,
  startSes,
  startSnsSms,
} from '../support/message-providers.ts';
import { type ContractCase, describeContract, failingCases } from './case.ts';
import { type MailBackend, mailerCases, mailerFaults } from './mailer.ts';

interface Opened extends MailBackend {
  readonly server: JsonServer;
}

const awsSettings = (endpoint: string) => ({
  ...awsDefaults,
  requestHandler: { ...awsDefaults.requestHandler, requestTimeout: 500 },
  maxAttempts: 2,
  region: 'eu-west-1',
  endpoint,
  credentials: { accessKeyId: 'test', secretAccessKey: 'a-secret' },
});
const connectionString = (url: string) => `endpoint=${url}/;accesskey=${btoa('a-secret')}`;
const azureSettings = { allowInsecureConnection: true, retryOptions: { maxRetries: 1, retryDelayInMs: 1 } };

async function openSes(): Promise<Opened> {
  const from = 'Shop <orders@example.com>';
  const { server, taken } = await startSes(from);
  const mailer = createSesMailer(new SESv2Client(awsSettings(server.url)), { from });
  return { server, mailer, arrived: async (to) => taken.filter((mail) => mail.to === to) };
}

async function openCommunication(): Promise<Opened> {
  const from = 'orders@example.com';
  const { server, taken } = await startCommunicationEmail(from);
  const client = new EmailClient(connectionString(server.url), azureSettings);
  const mailer = createCommunicationMailer(client, { from, timeoutMs: 2_500 });
  return { server, mailer, arrived: async (to) => taken.filter((mail) => mail.to === to) };
}

const close = ({ server }: Opened) => server.stop();
const mail = { messageId: 'm@shop.local', to: 'ada@example.com', subject: 'S', text: 'T', html: '<p>H</p>' };

/** Whether a mail that is sent again, as after an answer that was lost, arrives once. Neither on SMTP. */
const mailers: Record<string, { open: () => Promise<Opened>; tellsRepeats: boolean }> = {
  'SES (imitated)': { open: openSes, tellsRepeats: false },
  'Communication Services (imitated)': { open: openCommunication, tellsRepeats: true },
};

for (const [name, { open, tellsRepeats }] of Object.entries(mailers)) {
  describeContract(`the mailer, ${name}`, mailerCases as readonly ContractCase<Opened>[], open, close);

  describe(`the mailer contract catches, over ${name}, a mailer that`, () => {
    for (const [fault, plant] of Object.entries(mailerFaults)) {
      it(fault, async () => {
        const opened: Opened[] = [];
        const failing = await failingCases(
          mailerCases,
          async () => {
            const backend = await open();
            opened.push(backend);
            return { ...backend, mailer: plant(backend.mailer) };
          },
          async () => close(opened.pop() as Opened),
          1,
        );
        assert.notDeepEqual(failing, []);
      });
    }
  });

  describe(`the mailer, ${name}`, () => {
    let backend: Opened;
    beforeEach(async () => {
      backend = await open();
    });
    afterEach(() => close(backend));

    it(`${tellsRepeats ? 'arrives once' : 'arrives twice, told by its id,'} when the answer was lost and it is sent again`, async () => {
      const { mailer, server, arrived } = backend;
      server.mood = 'lost';
      await assert.rejects(mailer.send(mail), UnavailableError);
      server.mood = 'well';
      await mailer.send(mail);
      const ids = (await arrived(mail.to)).map(({ messageId }) => messageId);
      assert.deepEqual([...new Set(ids)], [mail.messageId]);
      assert.equal(ids.length > 1, !tellsRepeats);
    });

    it('is unavailable when the provider fails, and says nobody’s address and no key', async () => {
      backend.server.mood = 'down';
      const error = await backend.mailer.send(mail).catch((thrown) => thrown);
      assert.ok(error instanceof UnavailableError);
      assert.match(error.message, /503/);
      assert.doesNotMatch(`${error.message} ${error.cause}`, /ada@|a-secret/);
    });

    it('gives up on a provider that says nothing', async () => {
      backend.server.mood = 'silent';
      const began = performance.now();
      await assert.rejects(backend.mailer.send(mail), UnavailableError);
      assert.ok(performance.now() - began < 6_000);
    });
  });
}

const sms = { messageId: 'sms.1@shop.local', to: '+441632960123', text: 'Grüße: paid €2.00' };

const senders: Record<string, () => Promise<{ server: JsonServer; taken: object[]; sender: SmsSender }>> = {
  'SNS (imitated)': async () => {
    const provider = await startSnsSms('Shop');
    const sender = createSnsSms(new SNSClient(awsSettings(provider.server.url)), { senderId: 'Shop' });
    return { ...provider, sender };
  },
  'Communication Services (imitated)': async () => {
    const provider = await startCommunicationSms('+441632960000');
    const client = new SmsClient(connectionString(provider.server.url), azureSettings);
    return { ...provider, sender: createCommunicationSms(client, { from: '+441632960000' }) };
  },
};

for (const [name, open] of Object.entries(senders)) {
  describe(`SMS by ${name}`, () => {
    it('takes over number and words, and says neither when it fails', async () => {
      const { server, taken, sender } = await open();
      await sender.send(sms);
      const { messageId, ...words } = sms;
      assert.deepEqual(taken, [name.startsWith('SNS') ? words : { messageId, ...words }]);
      server.mood = 'down';
      const error = await sender.send(sms).catch((thrown) => thrown);
      assert.ok(error instanceof UnavailableError);
      assert.doesNotMatch(`${error.message} ${error.cause}`, /\+44|paid/);
      await server.stop();
    });
  });
}

describe('SMS by Communication Services (imitated)', () => {
  it('sees a number that is refused within an answer of 202', async () => {
    const { server, sender } = await (
      senders['Communication Services (imitated)'] as (typeof senders)[string]
    )();
    await assert.rejects(sender.send({ ...sms, to: '+441632960999' }), UnavailableError);
    await server.stop();
  });
});
