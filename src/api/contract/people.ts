import { z } from 'zod';
import { Role, Time } from './basics.ts';

export const Person = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  role: Role,
  areaIds: z.array(z.string()),
});
export type Person = z.infer<typeof Person>;

export const PersonRef = z.object({ id: z.string(), name: z.string() });

export const NewPerson = z.object({
  login: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,31}$/),
  name: z.string().min(1).max(64),
  role: Role,
  password: z.string().min(10).max(200),
  areaIds: z.array(z.string()).default([]),
});

/** As administrators see people; one who is not active cannot sign in. */
export const PersonRecord = Person.extend({ active: z.boolean() });
export type PersonRecord = z.infer<typeof PersonRecord>;

export const PersonPatch = z
  .object({
    name: z.string().min(1).max(64),
    role: Role,
    password: z.string().min(10).max(200),
    areaIds: z.array(z.string()),
    active: z.boolean(),
  })
  .partial();

export const SignIn = z.object({ login: z.string(), password: z.string() });

/** The token is for programs (`Authorization: Bearer …`); browsers get the same one as a cookie. */
export const Session = z.object({ person: Person, expiresAt: Time, token: z.string().optional() });
export type Session = z.infer<typeof Session>;

export const PasswordChange = z.object({ current: z.string(), next: z.string().min(10).max(200) });
