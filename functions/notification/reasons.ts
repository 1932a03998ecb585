/** The payment provider's codes in words that help a customer. */
const words: Readonly<Record<string, string>> = {
  card_declined: 'the bank declined the card',
  insufficient_funds: 'the card has insufficient funds',
  expired_card: 'the card has expired',
  incorrect_cvc: 'the card’s security code was not right',
  processing_error: 'the bank could not process the payment',
  authentication_required: 'the bank wanted a confirmation that was not given',
  card_velocity_exceeded: 'the card’s limit was exceeded',
  // Banks ask that a customer is not told more.
  lost_card: 'the bank declined the card',
  stolen_card: 'the bank declined the card',
  fraudulent: 'the bank declined the card',
  payment_method_unknown: 'the payment method is not known',
};

/** Why an order ended, for a customer: sentences stay, codes become words. */
export function reasonInWords(reason: string): string {
  return words[reason] ?? (/^[a-z]+(_[a-z]+)+$/.test(reason) ? reason.replaceAll('_', ' ') : reason);
}
