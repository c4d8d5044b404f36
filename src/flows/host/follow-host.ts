import { workerData } from 'node:worker_threads';

/**
 * Ends the Node-RED process when its host is gone. In a thread of its own, since a flow may hold up the main one, which
 * then never hears that its channel has closed. Started with the host's process id.
 */
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, 1000);
