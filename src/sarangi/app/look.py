"""The style of the page, and the one script of ours in it."""

CSS = """
.gradio-container { max-width: 1080px !important; min-width: 0 !important; margin: auto; }
.gradio-container { width: 100% !important; }
#answer table, #about table { border-collapse: collapse; width: 100%; border: 0 !important; }
#answer tr, #about tr { border: 0 !important; }
#answer tr, #about tr { border-bottom: 1px solid var(--border-color-primary) !important; }
#answer td, #answer th, #about td, #about th { padding: 2px 6px; text-align: left; border: 0 !important; }
#answer td[data-p] { white-space: nowrap; }
#answer td.bar { width: 55%; }
#answer td.bar div { background: var(--line); height: 14px; min-width: 1px; border-radius: 2px; }
#answer { --line: #0063a0; }
.dark #answer { --line: #7cc4ff; }
#answer h3 { margin: 14px 0 4px; font-weight: 600; }
#answer .panel { display: grid; grid-template-columns: 5.5em minmax(0, 1fr) 3.2em; gap: 8px; }
#answer .panel { max-width: 640px; align-items: center; margin: 3px 0; font-size: .9em; }
#answer .panel > span { overflow-wrap: anywhere; }
#answer .panel > span:last-child { text-align: right; white-space: nowrap; }
#answer .panel svg { display: block; width: 100%; height: 30px; }
#answer .panel svg { border-bottom: 1px solid var(--border-color-primary); }
#answer .panel img { display: block; width: 100%; height: 84px; margin: 0; }
#answer .wave { fill: var(--line); }
#answer .area { fill: var(--line); opacity: .25; }
#answer .line { fill: none; stroke: var(--line); stroke-width: 2px; vector-effect: non-scaling-stroke; }
#answer .ticks { display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; }
#chosen p { margin: 0; font-size: .9em; overflow-wrap: anywhere; }
#model input { padding-right: 2.2em; text-overflow: ellipsis; }
#clip select { width: 100%; max-width: none; }
.said { font-size: 1.15em; font-weight: 600; margin: 4px 0; }
.warned { border-left: 4px solid #D55E00; padding: 6px 10px; margin: 6px 0; }
.synthetic { color: #b00000; font-weight: 600; }
.dark .synthetic { color: #ff9090; }
.wide { overflow-x: auto; }
#about ul { padding-left: 1.2em; list-style: disc; }
@media (max-width: 480px) {
#about td, #about th { padding: 2px 3px; font-size: .8em; }
#about td:first-child { overflow-wrap: anywhere; hyphens: auto; }
}
#about h3 { margin: 12px 0 4px; font-weight: 600; }
"""
# the player calls it an error of the page that the browser cannot play a clip; the page says so in words
HEAD = """<script>
const error = console.error;
const played = (said) => String(said).startsWith("Waveform load error");
console.error = (...said) => (played(said[0]) ? console.info : error)(...said);
</script>"""
