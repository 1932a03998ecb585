/**
 * The shop's own program on one cloud, in both profiles, under the real engine and on a simulated cloud: the life of a
 * stack, with the policy pack. It does not prove that the cloud takes what the simulated one takes; what is known of
 * that is in docs/cloud-facts.md.
 * LONG=1 has the whole life of both profiles: failures, changes, drift, protection. Without it `learn` lives in short, or
 * as short as the stack's own file says.
 */
import { type Case, cases } from './cases.ts';
import { type ShopOnCloud, shopSubject } from './shop-subject.ts';
import { describeEngine, describeLife } from './support/life.ts';
import { copyProgram, projectFolder } from './support/program.ts';

const { preview, up, again, order, secrecy, destroy } = cases;
const short = 'in profile learn, in short (npm run test:all has the whole of both profiles)';

export async function describeStack(
  shop: ShopOnCloud,
  shortLife: readonly Case[] = [preview, up, again, order, secrecy, destroy],
): Promise<void> {
  await describeEngine(`the stack ${shop.stack}`, (cli) => {
    const { folder } = copyProgram(projectFolder);
    const learn = shopSubject(shop, folder, 'learn');
    if (!process.env.LONG) describeLife(short, cli, learn, shortLife);
    else {
      describeLife('in profile learn', cli, learn);
      describeLife('in profile production', cli, shopSubject(shop, folder, 'production'));
    }
  });
}
