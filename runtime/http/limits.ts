/** The largest body any route takes, in bytes. */
export const maxBodyBytes = 128 * 1024;
