import { at, type Rule } from '../rule.ts';

/** Kept long enough to look into what happened, and not for ever. */
const [shortest, longest] = [7, 365];

const logs = [
  'aws:cloudwatch/logGroup:LogGroup',
  'azure-native:applicationinsights:Component',
  'azure-native:operationalinsights:Workspace',
];

export const logRetention: Rule = {
  name: 'log-retention',
  description: `Logs are kept from ${shortest} to ${longest} days, and functions write where that is said.`,
  against: ({ type, inputs }) => {
    if (type === 'aws:lambda/function:Function')
      return at(inputs, 'loggingConfig.logGroup') === undefined
        ? [
            'writes to a log group that Lambda makes, which keeps everything for ever: set loggingConfig.logGroup',
          ]
        : [];
    if (!logs.includes(type)) return [];
    const days = Number(inputs.retentionInDays ?? 0);
    return days >= shortest && days <= longest
      ? []
      : [`keeps logs for ${days === 0 ? 'ever' : `${days} days`}: set retentionInDays`];
  },
};
