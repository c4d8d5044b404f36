import { createApp } from 'vue';
import App from './App.vue';
import { whenSignedOut } from './api/client.ts';
import { i18n } from './messages/index.ts';
import { followMissingParts } from './missing-parts.ts';
import { router } from './router.ts';
import { forgetSession } from './state/session.ts';
import { followRedAlarms } from './state/sound.ts';
import { followTheme } from './state/theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';

followMissingParts(router);
followTheme();
followRedAlarms();
whenSignedOut(forgetSession);
createApp(App).use(i18n).use(router).mount('#app');
