/** Outlines on a square of 24, drawn with a stroke. */
export const icons = {
  overview: 'M4 5h7v7H4zM14 5h6v4h-6zM14 12h6v7h-6zM4 15h7v4H4z',
  alarm: 'M12 4c-3.6 0-6 2.6-6 6.2V14l-1.8 3h15.6L18 14v-3.8C18 6.6 15.6 4 12 4zM9.8 20a2.4 2.4 0 0 0 4.4 0',
  case: 'M9 4h6v3H9zM9 5.5H5.5V20h13V5.5H15M8.5 12l2.3 2.3 4.7-4.7',
  device:
    'M12 14.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7.8 16.7a6 6 0 0 1 0-8.4M16.2 8.3a6 6 0 0 1 0 8.4M5 19.5a10 10 0 0 1 0-14M19 5.5a10 10 0 0 1 0 14',
  quarantine: 'M12 3.5 20 7v5c0 4.5-3.2 7.6-8 8.8C7.2 19.6 4 16.5 4 12V7zM12 8.5v4M12 15.8v.1',
  rule: 'M6 4h12v16H6zM9 8.5h6M9 12h6M9 15.5h3.5',
  settings: 'M4 7h9M17 7h3M4 12h3M11 12h9M4 17h7M15 17h5M15 5v4M9 10v4M13 15v4',
  map: 'M9 4.5 3.5 7v13L9 17.5l6 2.5 5.5-2.5v-13L15 7zM9 4.5v13M15 7v13',
  list: 'M8.5 6H20M8.5 12H20M8.5 18H20M4.5 6v.1M4.5 12v.1M4.5 18v.1',
  soundOn: 'M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  soundOff: 'M4 9.5h3.5L12 5.5v13l-4.5-4H4zM16 9.5l5 5M21 9.5l-5 5',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  check: 'M5 12.5l4.5 4.5L19 7',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20',
  user: 'M12 11.5a3.8 3.8 0 1 0 0-7.5 3.8 3.8 0 0 0 0 7.5zM4.5 20c.8-3.7 3.8-5.5 7.5-5.5s6.7 1.8 7.5 5.5',
} as const;

export type IconName = keyof typeof icons;
