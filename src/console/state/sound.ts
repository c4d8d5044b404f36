import { ref, watch } from 'vue';
import { redUnacknowledged } from './alarms.ts';
import { preferences } from './preferences.ts';

/** While a red alarm is unacknowledged the tone comes again; often enough to be noticed, seldom enough to think. */
const repeatMs = 15_000;

let context: AudioContext | null = null;
/** Whether the browser keeps us silent until the page is touched once. */
export const soundBlocked = ref(false);

/** Turns the sound on, with one tone as proof, or off. Called from a click: browsers ask for one. */
export async function setSound(on: boolean): Promise<void> {
  preferences.sound = on ? 'on' : 'off';
  if (on) await sound();
}

/** Sounds for every new red alarm and repeats while one is unacknowledged. */
export function followRedAlarms(): void {
  let known = new Set<string>();
  let repeat: number | undefined;
  watch(redUnacknowledged, (alarms) => {
    const fresh = alarms.some((alarm) => !known.has(alarm.id));
    known = new Set(alarms.map((alarm) => alarm.id));
    if (fresh) void sound();
    if (alarms.length === 0) {
      window.clearInterval(repeat);
      repeat = undefined;
    } else repeat ??= window.setInterval(() => void sound(), repeatMs);
  });
  window.addEventListener('pointerdown', () => void context?.resume().then(noteBlocked), { passive: true });
}

async function sound(): Promise<void> {
  if (preferences.sound === 'off') return;
  context ??= new AudioContext();
  // Without a gesture `resume` stays pending for ever: not awaited.
  void context.resume().then(noteBlocked);
  noteBlocked();
  if (context.state !== 'running') return;
  // Three notes, falling at the end: of the kind that IEC 60601-1-8 gives to high priority, not a siren.
  for (const [index, frequency] of [659, 659, 523].entries())
    tone(context, context.currentTime + index * 0.28, frequency);
}

function tone(audio: AudioContext, at: number, frequency: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = 'triangle';
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(0.35, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.24);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.26);
}

function noteBlocked(): void {
  soundBlocked.value = preferences.sound === 'on' && context !== null && context.state !== 'running';
}
