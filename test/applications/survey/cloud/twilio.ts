// twilio@6.3.1 @slack/web-api@8.2.0
import { WebClient } from '@slack/web-api';
import twilio from 'twilio';

console.log(twilio('ACx', 'y').accountSid, new WebClient('x').slackApiUrl);
