// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	pagePath  = "BENCHMARKS.md"
	chartPath = "internal/cmd/bench/plan-time.svg"
)

// write writes the page and its chart below a folder.
func (r *results) write(root string) error {
	for path, content := range map[string]string{pagePath: r.page(), chartPath: r.chart()} {
		path = filepath.Join(root, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // Anybody may read it.
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil { //nolint:gosec // Likewise.
			return err
		}
	}
	return nil
}

func (r *results) page() string {
	return `# Benchmarks

What it costs to read the provider configurations with this provider, beside ` + "`data \"http\"` and `jsondecode`" + `.
Ratios are what counts: the times are those of one machine.

` + r.machineTable() + `
![Time of a plan by the length of the list, through this provider and through http](` + chartPath + `)

` + r.tables() + `## Run it again

` + "```shell" + `
make bench                                   # takes minutes, and writes this page
make bench RUNS=15                           # steadier
make bench HTTP_PROVIDER_DIR=/path/to/folder # where init cannot get hashicorp/http
` + "```" + `

Everything runs on this machine: the local Unpod answers, and a scratch folder holds the configurations. Whatever else
the machine does at the time is part of what is measured.
`
}

func (r *results) machineTable() string {
	rows := [][]string{
		{"processor", r.machine.cpu + ", " + strconv.Itoa(r.machine.cores) + " cores"},
		{"system", r.machine.system},
		{"Go", r.machine.golang},
		{"CLI", r.machine.cli},
	}
	if r.machine.http != "" {
		rows = append(rows, []string{httpSource, r.machine.http})
	}
	return table([]string{"measured", r.machine.measured.Format(time.DateOnly)}, rows)
}

// tables are the part of the page that is printed as well.
func (r *results) tables() string {
	return r.plansSection() + r.memorySection() + r.readsSection() + r.hundredSection() + r.startupSection()
}

func (r *results) plansSection() string {
	var rows [][]string
	for _, plan := range r.plans {
		rows = append(rows, append([]string{plan.scenario.name, thousands(plan.size)},
			compared(plan.seconds, "%.2f s", plan.scenario.bounds[plan.size])...))
	}
	text := fmt.Sprintf(`## Whole plans

Wall time of `+"`plan`"+`, from start to end, each the median of %s, the two providers in turn. The ratio is the
median of the pairs' ratios, and what it is held to stands beside it. "The whole list" is an output, and so Terraform
prints it as well. A local value of `+"`http`"+` is decoded once; twenty references to the decoded body itself are twenty
decodes.

%s
The shortest plans are mostly three starts of a provider, and those the key and the signatures of Terraform's connection
to it. How long these take hangs on where the linker put their code: the same source, linked in another order
(`+"`-ldflags=-randlayout=1`"+`), makes such a plan up to a tenth faster or slower, with either provider.

`, runs(r.runs), table([]string{"what the configuration uses", "configurations", "unpod", "http", "unpod ÷ http", "held to"}, rows))
	if r.machine.http == "" {
		text += "The provider " + httpSource + " was not to be had, and so there are no figures of it.\n\n"
	}
	return text + r.requestsText()
}

// requestsText tells how often the platform was asked for many look-ups.
func (r *results) requestsText() string {
	var text strings.Builder
	for _, plan := range r.plans {
		if plan.scenario.latency == 0 {
			continue
		}
		fmt.Fprintf(&text, "With %s, a plan asked the platform %.0f times through unpod", plan.scenario.name, median(plan.requests.unpod))
		if len(plan.requests.http) > 0 {
			fmt.Fprintf(&text, ", and %.0f times through http", median(plan.requests.http))
		}
		text.WriteString(".\n\n")
	}
	return text.String()
}

func (r *results) memorySection() string {
	var rows [][]string
	for _, plan := range r.plans {
		if len(plan.mebibytes.unpod) > 0 {
			rows = append(rows, append([]string{plan.scenario.name, thousands(plan.size)},
				compared(plan.mebibytes, "%.0f MiB", plan.scenario.memoryBound)...))
		}
	}
	if len(rows) == 0 {
		return "## Memory of a plan\n\nIt is measured on Linux only, and this is another system.\n\n"
	}
	return fmt.Sprintf(`## Memory of a plan

The largest resident set of the CLI and the largest of a provider's process, added: the kernel's own record of each
(VmHWM), of plans apart from those above. The two need not be at the same moment, so that this is the most that a plan
can have taken. Medians of %s.

%s
`, runs(r.runs), table([]string{"what the configuration uses", "configurations", "unpod", "http", "unpod ÷ http", "held to"}, rows))
}

// compared are the cells of a comparison; those of http are empty where there is
// none.
func compared(p pairs, format string, bound float64) []string {
	cells := []string{fmt.Sprintf(format, median(p.unpod)), "", "", ""}
	if len(p.http) > 0 {
		cells[1], cells[2] = fmt.Sprintf(format, median(p.http)), held(p.ratio(), bound, "%.2f")
	}
	if bound != 0 {
		cells[3] = atMost(bound)
	}
	return cells
}

// held is a figure, in bold where it is, as it is written, above what it is held
// to.
func held(value, bound float64, format string) string {
	text := fmt.Sprintf(format, value)
	if written, err := strconv.ParseFloat(text, 64); err == nil && bound != 0 && written > bound {
		return "**" + text + "**"
	}
	return text
}

func atMost(bound float64) string { return "≤ " + strconv.FormatFloat(bound, 'g', -1, 64) }

func runs(number int) string {
	if number == 1 {
		return "one run"
	}
	return strconv.Itoa(number) + " runs"
}

// table is a table of Markdown that can be read as text.
func table(header []string, rows [][]string) string {
	rule := make([]string, len(header))
	widths := make([]int, len(header))
	for column := range header {
		widths[column] = 3
		for _, row := range append([][]string{header}, rows...) {
			widths[column] = max(widths[column], utf8.RuneCountInString(row[column]))
		}
		rule[column] = strings.Repeat("-", widths[column])
	}
	var text strings.Builder
	for _, row := range append([][]string{header, rule}, rows...) {
		for column, cell := range row {
			fmt.Fprintf(&text, "| %-*s ", widths[column], cell)
		}
		text.WriteString("|\n")
	}
	return text.String()
}

// thousands writes 10000 as 10,000.
func thousands(number int) string {
	text := strconv.Itoa(number)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
