export const usage = `npm run tocsin -- backtest --type <device type> --data <file> [--rules <file>] [--against current] …

Tries rules on readings of the past and prints what they would have said. Nothing is changed, and nobody is called.

  npm run tocsin -- backtest --type flood-gauge --data docs/examples/flood-gauge.csv --zone +08:00
  npm run tocsin -- backtest --type flood-gauge --data docs/examples/flood-gauge.csv --zone +08:00 \\
    --rules docs/examples/flood-gauge-rules.yaml --against current

  --type <name>          device type: its channels, their ranges, and its own rules
  --data <file>          CSV whose first line names the columns, or NDJSON as devices send it; may be gzipped; may be
                         given several times; of another device type, whose devices are only asked:
                         --data manhole-cover=covers.csv
  --rules <file>         rules to try; left out: those of the device type
  --against <file>       also says how the alarms differ from those of other rules; current: those of the device type
  --devices <file>       CSV that says where devices stand: device, latitude, longitude, grid, community, street,
                         district; for rules about several devices or about where one is
  --from, --to <time>    alarms from then on, and readings before then; what comes before --from lets rules warm up
  --device <id>          the device of lines that name none
  --channel <name>       the channel of a column called value
  --column <h>=<c>       the column headed h is channel c, which may have a unit: --column "stage=level[m]";
                         or c is time, received or device
  --zone <zone>          zone of times that do not say theirs, such as +08:00 or Europe/Berlin; also the zone of what is
                         printed
  --dates day-first|month-first
                         which comes first in dates such as 7/8/2021
  --arrival clocks|file  in which order readings arrive: by their received time, or measured time where the file has
                         none (clocks); or as they stand in the file (file), to see what lateness does
  --lang en|zh           language of what is printed
  --json                 prints JSON: ledger, corrections, counts, difference, problems`;
