export interface Secrets {
  /** @throws UnavailableError; Error when there is no secret of that name. */
  get(name: string): Promise<string>;
}
