/** Who goes first when the handshake budget or the workers are short. */
export const PRIORITIES = ['gate', 'deploy', 'recheck', 'suspects', 'failing', 'routine'] as const;
export type Priority = (typeof PRIORITIES)[number];
