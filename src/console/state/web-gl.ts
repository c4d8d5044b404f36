/** Whether this browser can draw the map at all; asked without loading the map. */
export const canDrawMap = document.createElement('canvas').getContext('webgl2') !== null;
