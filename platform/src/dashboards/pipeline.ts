import type { Dashboard } from './dashboard.ts'
import { here, lines, quantiles } from './panel.ts'

const uploads = 'job="documents", method="POST", route=~"/api/v1/projects/[^/]+/(documents|voice-samples)"'

export const pipeline: Dashboard = {
  uid: 'alta-pipeline',
  title: 'Alta: pipeline',
  description: 'What becomes of what people send: reading, review, mail.',
  rows: [
    {
      title: 'Uploads',
      panels: [
        lines('Uploads', 'reqps', 'By what was answered.', [
          `sum by (route, status) (rate(alta_http_request_seconds_count{${uploads}, ${here}}[$__rate_interval]))`,
          '{{route}} {{status}}',
        ]),
        lines('States', 'short', 'Documents and recordings by state.', [
          `sum by (kind, status) (max by (namespace, kind, status) (alta_items_stored{${here}}))`,
          '{{kind}} {{status}}',
        ]),
        lines(
          'Came into a state',
          'short',
          'Documents and recordings a second, by the state they came into.',
          [
            `sum by (kind, status) (rate(alta_item_transitions_total{${here}}[$__rate_interval]))`,
            '{{kind}} {{status}}',
          ],
        ),
        lines('Oldest on its way', 's', 'Should stay below minutes.', [
          `max by (kind, status) (alta_item_oldest_seconds{${here}})`,
          '{{kind}} {{status}}',
        ]),
      ],
    },
    {
      title: 'Reading',
      panels: [
        lines(
          'Upload to text',
          's',
          'Until the text is approved or lies before a reviewer; its points lead to traces.',
          ...quantiles('alta_item_ready_seconds', `outcome!="failed", ${here}`, 'kind', [0.5, 0.95]),
        ),
        lines('Pages', 'short', 'Read a second, by the engine or from the file’s own text.', [
          `sum by (by) (rate(alta_ocr_pages_total{${here}}[$__rate_interval]))`,
          '{{by}}',
        ]),
        lines('Audio', 'short', 'Seconds of recordings transcribed in a second.', [
          `sum(rate(alta_transcription_audio_seconds_total{${here}}[$__rate_interval]))`,
          'audio',
        ]),
        lines(
          'Confidence',
          'percentunit',
          'How sure engines are: the median, and the tenth of which they are least sure.',
          ...quantiles('alta_reading_confidence_ratio', here, 'kind', [0.1, 0.5]),
        ),
      ],
    },
    {
      title: 'Review',
      panels: [
        lines('Needs a person', 'percentunit', 'Share of readings that the machine was not sure enough of.', [
          `sum by (kind) (increase(alta_reviews_triaged_total{outcome="opened", ${here}}[1h])) / sum by (kind) (increase(alta_reviews_triaged_total{${here}}[1h]))`,
          '{{kind}}',
        ]),
        lines('Open', 'short', 'Reviews that wait for a verdict.', [
          `sum by (status) (max by (namespace, status) (alta_reviews_open{${here}}))`,
          '{{status}}',
        ]),
        lines('Oldest', 's', 'Since it was opened.', [`max(alta_review_oldest_seconds{${here}})`, 'oldest']),
        lines(
          'Turnaround',
          's',
          'From the opening to a verdict.',
          ...quantiles('alta_review_turnaround_seconds', here, 'verdict', [0.5, 0.95]),
        ),
      ],
    },
    {
      title: 'Mail and tasks',
      panels: [
        lines('Mails', 'short', 'A second, by what came of them.', [
          `sum by (outcome) (rate(alta_mails_total{${here}}[$__rate_interval]))`,
          '{{outcome}}',
        ]),
        lines(
          'Mail server',
          's',
          'What it takes for a mail.',
          ...quantiles('alta_mail_send_seconds', here, '', [0.5, 0.95]),
        ),
        lines('Open tasks', 'short', 'Long operations that are not over, by state.', [
          `sum by (state) (max by (namespace, state) (alta_tasks_open{${here}}))`,
          '{{state}}',
        ]),
        lines(
          'Tasks',
          'short',
          'Transitions a second, and what became of the events about them.',
          [`sum by (to) (rate(alta_task_transitions_total{${here}}[$__rate_interval]))`, '{{to}}'],
          [`sum by (outcome) (rate(alta_task_events_total{${here}}[$__rate_interval]))`, 'event {{outcome}}'],
        ),
        lines('Most idle task', 's', 'Since it has changed.', [
          `max(alta_task_unchanged_seconds{${here}})`,
          'unchanged',
        ]),
      ],
    },
    {
      title: 'Figures',
      panels: [
        lines(
          'Behind',
          's',
          'From an event to where it is counted. Copies of a rebuild are left out; they make the others wait.',
          ...[0.5, 0.95].map((share): [string, string] => [
            `histogram_quantile(${share}, sum by (le) (rate(alta_inbox_lag_seconds_bucket{job="analytics", ${here}}[$__rate_interval])))`,
            `p${share * 100}`,
          ]),
        ),
        lines('Counted', 'short', 'Events a second, by what became of them.', [
          `sum by (outcome) (rate(alta_inbox_handled_total{job="analytics", ${here}}[$__rate_interval]))`,
          '{{outcome}}',
        ]),
        lines('Asked for', 's', 'What 95 in 100 requests for figures take, by route.', [
          `histogram_quantile(0.95, sum by (le, route) (rate(alta_http_request_seconds_bucket{job="analytics", ${here}}[$__rate_interval])))`,
          '{{route}}',
        ]),
      ],
    },
  ],
}
