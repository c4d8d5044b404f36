const { TocsinClient, TocsinFailure } = require('./lib/client.js');

/** Which Tocsin to speak to. Empty fields mean the Tocsin that this Node-RED runs in. */
module.exports = (RED) => {
  function TocsinServer(config) {
    RED.nodes.createNode(this, config);
    const host = RED.settings.tocsin ?? {};
    const url = config.url || host.url || '';
    const token = this.credentials?.token || (config.url ? '' : host.token) || '';
    let client = null;

    /** @throws TocsinFailure when the address or the token is missing */
    this.client = () => {
      if (!url) throw new TocsinFailure('noUrl', {});
      if (!token) throw new TocsinFailure('noToken', { url });
      client ??= new TocsinClient({ url, token });
      return client;
    };

    /** What went wrong as a sentence for people, in Node-RED's language, that says what to do. */
    this.explain = (error) => {
      if (!(error instanceof TocsinFailure)) return String(error);
      const key = `node-red-contrib-tocsin/tocsin-server:tocsin-server.error.${error.key}`;
      // Shown as text, never as HTML: routes keep their slashes.
      return RED._(key, { ...error.params, interpolation: { escapeValue: false } });
    };
  }

  RED.nodes.registerType('tocsin-server', TocsinServer, { credentials: { token: { type: 'password' } } });
};
