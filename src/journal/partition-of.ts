import { crc32 } from 'node:zlib';

/** The embedded engine has one partition, and this is its number. */
export const embeddedPartition = 0;
export const embeddedPartitions = 1;

/**
 * The partition of what comes from a grid, so that rules over several devices of an area stay within one partition.
 * Fixed for a given number of partitions: consumers' offsets depend on it.
 */
export function partitionOf(gridId: string, partitions: number): number {
  return crc32(gridId) % partitions;
}
