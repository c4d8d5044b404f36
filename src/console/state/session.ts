import { computed, ref } from 'vue';
import type { Person } from '../../api/contract.ts';
import { allows, type Permission } from '../../model/permission.ts';
import { api } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import { remember, remembered } from './preferences.ts';

const person = ref<Person | null>(null);
/** Set when a session ended by itself, so that the sign-in page can say why it is there. */
export const sessionEnded = ref(false);

/** Who is signed in. */
export const me = computed(() => person.value);

/** Whether the one who is signed in may do this; the API decides, this hides what it would refuse. */
export function iMay(permission: Permission): boolean {
  return person.value !== null && allows(person.value.role, permission);
}

/**
 * Whether somebody has signed in here and not out again. The cookie itself cannot be seen from here, and asking without
 * one is an error in the browser's console. Where nothing can be remembered the service is asked.
 */
const mark = 'signedIn';
function markSignedIn(is: boolean): void {
  remember(mark, is ? 'yes' : 'no');
}

let asked: Promise<void> | null = null;

/** Asks once who the browser's cookie belongs to, if it may have one. Rejects when the service cannot be reached. */
export function restoreSession(): Promise<void> {
  if (remembered(mark, ['yes', 'no'], 'no', 'yes') === 'no') return Promise.resolve();
  asked ??= api.session().then(
    (session) => {
      person.value = session.person;
    },
    (error: unknown) => {
      if (error instanceof ApiFailure && error.status === 401) return markSignedIn(false);
      asked = null;
      throw error;
    },
  );
  return asked;
}

/** Rejects with an ApiFailure when the name or password is wrong. */
export async function signIn(login: string, password: string): Promise<void> {
  const session = await api.signIn(login, password);
  sessionEnded.value = false;
  markSignedIn(true);
  person.value = session.person;
}

export async function signOut(): Promise<void> {
  await api.signOut();
  markSignedIn(false);
  person.value = null;
}

/** The service no longer knows the session. */
export function forgetSession(): void {
  if (person.value) sessionEnded.value = true;
  markSignedIn(false);
  person.value = null;
}
