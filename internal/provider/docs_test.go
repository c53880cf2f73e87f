// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
)

// TestReadme_examplesPlan plans the code blocks of README.md as one configuration.
func TestReadme_examplesPlan(t *testing.T) {
	t.Parallel()
	needCLI(t, terraformData)
	var config strings.Builder
	for _, code := range findAll(t, "(?s)```terraform\n(.*?)```", "README.md") {
		config.WriteString(code.groups[1])
	}
	output := run(t, fromText(t, config.String()), attach(t, credentials(documentedUnpod(t), nil)), "plan")
	if want := "+ input  = 42"; !strings.Contains(output, want) || !strings.Contains(output, listedInOutput) {
		t.Errorf("the plan does not have %q and\n%s:\n%s", want, listedInOutput, output)
	}
	for _, page := range []string{"README.md", "docs/index.md"} {
		wantWords(t, filesUnder(t, page)[page], listedInOutput)
	}
}

// TestDocs_linksLeadSomewhere checks the links between pages. They lead to the
// repository. Relative links break on the registry, which serves index.md without a
// trailing slash. Links to the registry break before a release.
func TestDocs_linksLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, link := range findAll(t, `(?:\]\(|(?m:^\[[^\]]+\]: ))([^\s)]+)`, "docs") {
		if page, ok := strings.CutPrefix(link.groups[1], "https://github.com/unpod-ai/terraform-provider-unpod/blob/main/"); ok {
			page, anchor, _ := strings.Cut(page, "#")
			if !slices.Contains(anchors(filesUnder(t, page)[page]), anchor) {
				t.Errorf("%s links to %q, which does not exist", link.path, link.groups[1])
			}
		} else if !strings.HasPrefix(link.groups[1], "#") && !strings.HasPrefix(link.groups[1], "https://") {
			t.Errorf("%s links to %q, which is relative", link.path, link.groups[1])
		}
	}
}

// anchors returns the anchors of a page's headings, and the empty one of its top.
func anchors(page string) []string {
	all := []string{""}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		kept := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		all = append(all, strings.ReplaceAll(kept, " ", "-"))
	}
	return all
}

// TestDocs_listSummaries checks that the troubleshooting guide has a row for each
// summary of an error or a warning. Dots stand for a name.
func TestDocs_listSummaries(t *testing.T) {
	t.Parallel()
	rows := findAll(t, `(?m)^\| ([^|]+) \|`, "docs/guides/troubleshooting.md")
	framework := []occurrence{{groups: []string{"", missingCondition.summary}}, {groups: []string{"", emptyError("").summary}}}
	for _, summary := range append(framework, findAll(t, `(?:explanation\{\s*|summary(?:, next)? :?= |AddError\(|lookupDiagnostic\(|New(?:Error|Warning)Diagnostic\(\s*)"([^"]+)"`, "internal/provider")...) {
		text := strings.TrimSpace(summary.groups[1])
		listed := slices.ContainsFunc(rows, func(row occurrence) bool {
			before, _, dots := strings.Cut(row.groups[1], "…")
			return strings.Contains(row.groups[1], text) || dots && strings.HasPrefix(text, strings.TrimSpace(before))
		})
		if !strings.HasSuffix(summary.path, "_test.go") && !listed {
			t.Errorf("%s has the summary %q, which the troubleshooting guide does not list", summary.path, text)
		}
	}
}

// TestDocs_variablesExist finds environment variables in pages and examples that
// the provider does not read.
func TestDocs_variablesExist(t *testing.T) {
	t.Parallel()
	known := unpodVariables()
	for _, variable := range findAll(t, `\bUNPOD_[A-Z_]+`, "README.md", "docs", "examples") {
		if _, ok := known[variable.groups[0]]; !ok {
			t.Errorf("%s names %s, which the provider does not read", variable.path, variable.groups[0])
		}
	}
}

// TestTemplates_haveTestedExamples finds Terraform code in templates. Code belongs
// in examples/, which tests run.
func TestTemplates_haveTestedExamples(t *testing.T) {
	t.Parallel()
	for _, code := range findAll(t, "```\\w+", "templates") {
		if slices.Contains([]string{"```terraform", "```hcl", "```tf"}, code.groups[0]) {
			t.Errorf("%s contains Terraform code", code.path)
		}
	}
}

// TestWorkflows_distrustPullRequests checks the workflows of this repository and
// the one that a page shows. pull_request_target gives secrets to forks.
func TestWorkflows_distrustPullRequests(t *testing.T) {
	t.Parallel()
	pinned := regexp.MustCompile(`^\./|@[0-9a-f]{40}$`)
	for _, part := range findAll(t, `pull_request\w*|uses: (\S+)`, ".github/workflows", "examples/ci") {
		switch action := part.groups[1]; {
		case part.groups[0] == "pull_request_target":
			t.Errorf("%s uses pull_request_target", part.path)
		case action != "" && !pinned.MatchString(action):
			t.Errorf("%s does not pin %s to a commit", part.path, action)
		}
	}
}

// TestManifest_hasTheProtocol checks what registries read, before init needs it.
func TestManifest_hasTheProtocol(t *testing.T) {
	t.Parallel()
	const name = "terraform-registry-manifest.json"
	if manifest := filesUnder(t, name)[name]; !strings.Contains(manifest, `"protocol_versions": ["6.0"]`) {
		t.Errorf("%s does not say protocol 6.0:\n%s", name, manifest)
	}
}

// findModuleRoot runs the go command once for all tests.
var findModuleRoot = sync.OnceValues(func() (string, error) { return sandbox.ModuleRoot(context.Background()) })

func moduleRoot(tb testing.TB) string {
	tb.Helper()
	root, err := findModuleRoot()
	if err != nil {
		tb.Fatal(err)
	}
	return root
}

// filesUnder returns the texts of the files below a path of this module, by their
// paths.
func filesUnder(tb testing.TB, root string) map[string]string {
	tb.Helper()
	texts, module := map[string]string{}, os.DirFS(moduleRoot(tb))
	err := fs.WalkDir(module, root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(module, path)
		texts[path] = string(text)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return texts
}

// occurrence is a match of a pattern in a file.
type occurrence struct {
	path   string
	groups []string
}

// findAll returns the matches of a pattern in the files below some paths of this
// module. There must be some.
func findAll(t *testing.T, pattern string, roots ...string) (all []occurrence) {
	t.Helper()
	for _, root := range roots {
		for path, text := range filesUnder(t, root) {
			for _, groups := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
				all = append(all, occurrence{path, groups})
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("found no %s", pattern)
	}
	return all
}
