/** Mustache. In HTML everything from outside stands in two braces, which escape it; in text in three. */
export interface Template {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Only what is worth one. */
  readonly sms?: string;
}

const linesAsText = `Order {{{orderId}}}
{{#lines}}
  {{quantity}} × {{{name}}}: {{{amount}}}
{{/lines}}
  Total: {{{total}}}
`;

const ending = `{{#link}}
See it at {{{link}}}

{{/link}}
{{{shopName}}}
`;

const page = (heading: string, body: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${heading}</title></head>
<body style="font-family: sans-serif; color: #222; max-width: 36em; margin: 2em auto; padding: 0 1em">
<h1 style="font-size: 1.3em">${heading}</h1>
<p>Hello {{username}},</p>
${body}
<table style="width: 100%; border-collapse: collapse">
<caption style="text-align: left; padding: .5em 0">Order {{orderId}}</caption>
{{#lines}}
<tr><td>{{quantity}} × {{name}}</td><td style="text-align: right">{{amount}}</td></tr>
{{/lines}}
<tr><th style="text-align: left; border-top: 1px solid #999">Total</th>
<th style="text-align: right; border-top: 1px solid #999">{{total}}</th></tr>
</table>
{{#link}}
<p><a href="{{link}}">See your order</a></p>
{{/link}}
<p>{{shopName}}</p>
</body>
</html>
`;

export const templates = {
  'order.confirmed': {
    subject: 'Your order {{{orderId}}} is confirmed',
    text: `Hello {{{username}}},

thank you for your order. It is paid and confirmed.

${linesAsText}
${ending}`,
    html: page('Your order is confirmed', '<p>thank you for your order. It is paid and confirmed.</p>'),
    sms: '{{{shopName}}}: your order {{{orderId}}} over {{{total}}} is confirmed.',
  },
  'order.rejected': {
    subject: 'Your order {{{orderId}}} could not be accepted',
    text: `Hello {{{username}}},

we are sorry: your order could not be accepted, because {{{reason}}}. You have not been charged.

${linesAsText}
${ending}`,
    html: page(
      'Your order could not be accepted',
      '<p>we are sorry: your order could not be accepted, because {{reason}}. You have not been charged.</p>',
    ),
  },
  'order.cancelled': {
    subject: 'Your order {{{orderId}}} is cancelled',
    text: `Hello {{{username}}},

your order is cancelled: {{{reason}}}. If you were charged for it, you get all of it back.

${linesAsText}
${ending}`,
    html: page(
      'Your order is cancelled',
      '<p>your order is cancelled: {{reason}}. If you were charged for it, you get all of it back.</p>',
    ),
  },
} as const satisfies Record<string, Template>;

export type TemplateName = keyof typeof templates;
