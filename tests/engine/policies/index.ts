/** A program with every example at once, or with one of them: `policies:only`. */
import * as pulumi from '@pulumi/pulumi';
import { examples } from './examples.ts';

class Any extends pulumi.CustomResource {}

const only = new pulumi.Config().get('only');
for (const { bad, good } of Object.values(examples))
  for (const [name, { type, inputs }] of Object.entries({ ...bad, ...good }))
    if (only === undefined || only === name) new Any(type, name, { ...inputs });
