/** The stack azure under the real engine: what is proven and what is not is in stack-suite.ts. */
import { azure } from './azure-subject.ts';
import { describeStack } from './stack-suite.ts';

await describeStack(azure);
