/** The stack aws under the real engine: what is proven and what is not is in stack-suite.ts. */
import { aws } from './aws-subject.ts';
import { describeStack } from './stack-suite.ts';

await describeStack(aws);
