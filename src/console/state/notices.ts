import { shallowRef } from 'vue';
import type { Notice } from '../../api/contract.ts';

/** Notices for this person that came while the console is open and were not put away; newest first. */
export const freshNotices = shallowRef<Notice[]>([]);

const most = 4;

export function addNotice(notice: Notice): void {
  if (notice.readAt !== null || freshNotices.value.some((known) => known.seq === notice.seq)) return;
  freshNotices.value = [notice, ...freshNotices.value.filter((known) => known.caseId !== notice.caseId)].slice(0, most);
}

export function putAwayNotice(seq: number): void {
  freshNotices.value = freshNotices.value.filter((notice) => notice.seq !== seq);
}

export function clearNotices(): void {
  freshNotices.value = [];
}
