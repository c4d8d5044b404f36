// Plain CommonJS, so that it runs on any Node and can say which one is needed.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `Tocsin needs Node 24 or later; this is ${process.version}. Run "npm ci" (it installs one inside the project), then start through npm.\n`,
  );
  process.exit(1);
}
