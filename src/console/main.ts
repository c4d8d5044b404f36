import { createApp } from 'vue';
import App from './App.vue';
import { whenSignedOut } from './api/client.ts';
import { i18n } from './messages/index.ts';
import { router } from './router.ts';
import { forgetSession } from './state/session.ts';
import { followRedAlarms } from './state/sound.ts';
import { followTheme } from './state/theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';

// After an update of Tocsin the parts that an open page would load next have other names.
window.addEventListener('vite:preloadError', (event) => {
  event.preventDefault();
  window.location.reload();
});
followTheme();
followRedAlarms();
whenSignedOut(forgetSession);
createApp(App).use(i18n).use(router).mount('#app');
