/** What a person may do. A grid worker sees and answers only what is in his areas; `service` is a program, such as a flow. */
export const roles = ['duty-officer', 'grid-worker', 'integrator', 'administrator', 'service'] as const;

export type Role = (typeof roles)[number];
