// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// exampleVariables sets the examples' input variables that have no default.
var exampleVariables = map[string]string{
	"TF_VAR_unpod_api_token":   unpodtest.Token,
	"TF_VAR_sales_api_token":   unpodtest.Token,
	"TF_VAR_support_api_token": unpodtest.Token,
}

// exampleNeeds has the examples that older CLI versions cannot run.
var exampleNeeds = map[string]feature{
	"examples/bridge": terraformData,
	"examples/data-sources/unpod_telephony_provider_configuration": terraformData,
	"examples/ephemeral-token":                                     ephemeralToken,
	"examples/recipes/audit":                                       checkBlock,
	"examples/recipes/map":                                         terraformData,
	"examples/recipes/organizations-opentofu":                      providerForEach,
	"examples/recipes/text-id":                                     terraformData,
}

func TestExamples_plan(t *testing.T) {
	t.Parallel()
	for _, name := range exampleDirectories(t, ".tf") {
		if strings.Contains(name, "/modules/") {
			continue // Planned with the configuration that calls it.
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needCLI(t, exampleNeeds[name])
			server := documentedUnpod(t)
			server.Set(func(s *unpodtest.Settings) { s.AnyOrganization = true })
			variables := credentials(server, exampleVariables)
			variables["TF_VAR_support_base_url"] = server.URL
			workspace := example(t, name)
			run(t, workspace, variables, "plan")
		})
	}
}

// TestExamples_passTheirTests checks that the examples' tests need neither Unpod
// nor credentials.
func TestExamples_passTheirTests(t *testing.T) {
	t.Parallel()
	for _, name := range exampleDirectories(t, ".tftest.hcl") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needCLI(t, mockProvider)
			workspace := example(t, filepath.Dir(name))
			if output := run(t, workspace, nil, "test"); !strings.Contains(output, "Success!") {
				t.Errorf("no test ran:\n%s", output)
			}
		})
	}
}

// TestExamples_keepOrganizationsApart checks that each platform only receives its
// organization's token.
func TestExamples_keepOrganizationsApart(t *testing.T) {
	t.Parallel()
	listen := func(token, orgHandle string, id int64) *unpodtest.Server {
		server, err := unpodtest.New(token, orgHandle, unpodtest.Configuration{ID: id}).Listen(t.Context(), "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		return server
	}
	sales, support := listen("token-of-sales", "acme-sales", 1), listen("token-of-support", "acme-support", 2)
	workspace := example(t, "examples/recipes/organizations")
	output := run(t, workspace, map[string]string{
		"UNPOD_BASE_URL":           sales.URL,
		"TF_VAR_sales_api_token":   sales.Token,
		"TF_VAR_support_api_token": support.Token,
		"TF_VAR_support_base_url":  support.URL,
	}, "plan")
	if !regexp.MustCompile(`sales\s+= \[\s+\+ 1,\s+\]\s+\+ support = \[\s+\+ 2,`).MatchString(output) {
		t.Errorf("want [1] for sales and [2] for support in:\n%s", output)
	}
	for _, server := range []*unpodtest.Server{sales, support} {
		if got := len(server.Requests()); got != 1 {
			t.Errorf("%s received %d requests, want 1", server.OrgHandle, got)
		}
		for _, request := range server.Requests() {
			if got := request.Header.Get("Authorization"); got != "Token "+server.Token {
				t.Errorf("%s received Authorization %q", server.OrgHandle, got)
			}
		}
	}
}

// TestExamples_groupSharedAccounts checks that an account may have two
// configurations. A plain map would have a duplicate key.
func TestExamples_groupSharedAccounts(t *testing.T) {
	t.Parallel()
	shared := unpodtest.Configuration{ID: 44, Provider: new("plivo"), AccountSID: unpodtest.Documented()[1].AccountSID}
	server := startUnpod(t, append(unpodtest.Documented(), sip, shared)...)
	workspace := example(t, "examples/data-sources/unpod_telephony_provider_configurations")
	output := run(t, workspace, credentials(server, nil), "plan")
	if !regexp.MustCompile(`MAy+\s+= \[\s+\+ 43,\s+\+ 44,\s+\]`).MatchString(output) {
		t.Errorf("the account does not have both configurations:\n%s", output)
	}
}

// TestExamples_auditReportsFindings has configurations that fail every check.
func TestExamples_auditReportsFindings(t *testing.T) {
	t.Parallel()
	needCLI(t, checkBlock)
	server := startUnpod(t, append(unpodtest.Documented(), sip, unpodtest.Configuration{ID: 50, Provider: new("twilio"), CreatedAt: new("2999-01-01T00:00:00Z")})...)
	workspace := example(t, "examples/recipes/audit")
	output := run(t, workspace, credentials(server, map[string]string{"TF_VAR_max_age_days": "30"}), "plan")
	for _, text := range []string{
		"Provider configurations older than 30 days: 7, 42, 43. Rotate their credentials.",
		"Provider configurations at a provider that is not allowed: 7.",
		`More than one configuration of a provider: {"twilio":[42,50]}. Remove those that nothing uses.`,
	} {
		if !regexp.MustCompile(words(text)).MatchString(output) {
			t.Errorf("no %q in:\n%s", text, output)
		}
	}
}

func TestExamples_keepEphemeralTokenOutOfPlanAndState(t *testing.T) {
	t.Parallel()
	needCLI(t, ephemeralToken)
	server := documentedUnpod(t)
	variables := credentials(server, map[string]string{"UNPOD_API_TOKEN": "", "TF_VAR_unpod_api_token": unpodtest.Token})
	workspace := example(t, "examples/ephemeral-token")
	run(t, workspace, variables, "plan", "-out=plan.bin")
	run(t, workspace, variables, "apply", "plan.bin")
	planned := run(t, workspace, nil, "show", "-json", "plan.bin")
	state := readFile(t, filepath.Join(workspace.Dir, "terraform.tfstate"))
	if strings.Contains(planned+state, unpodtest.Token) {
		t.Error("the token is in the plan or in state")
	}
	if !strings.Contains(planned, "provider_configurations") || !strings.Contains(state, "provider_configurations") {
		t.Error("the configurations are missing from the plan or the state")
	}
}

// exampleDirectories returns the directories under examples that have files with
// this ending, relative to the module's root.
func exampleDirectories(t *testing.T, ending string) []string {
	t.Helper()
	root := moduleRoot(t)
	found := map[string]bool{}
	err := fs.WalkDir(os.DirFS(root), "examples", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ending) {
			found[filepath.ToSlash(filepath.Dir(path))] = true
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("%d examples, error %v", len(found), err)
	}
	return slices.Sorted(maps.Keys(found))
}

// TestReadme_matchesCode checks README.md's tables of arguments and CLI versions.
func TestReadme_matchesCode(t *testing.T) {
	t.Parallel()
	readme := readFile(t, filepath.Join(moduleRoot(t), "README.md"))
	for _, argument := range arguments {
		fallback := ""
		if argument.fallback != "" {
			fallback = "`" + argument.fallback + "` "
		}
		row := "| `" + argument.name + "` | `" + strings.Join(argument.variables, "`, then `") + "` | " + fallback + "| "
		if !strings.Contains(readme, row) {
			t.Errorf("README.md does not have %s", row)
		}
	}
	for _, needed := range []feature{terraformData, checkBlock, mockProvider} {
		if row := fmt.Sprintf("| %s | 1.%d | 1.%d |", needed.name, needed.terraform, needed.openTofu); !strings.Contains(readme, row) {
			t.Errorf("README.md does not have %s", row)
		}
	}
}

// TestDocs_linksWorkEverywhere rejects relative links. They work on a Git host, but
// the registry serves index.md without a trailing slash.
func TestDocs_linksWorkEverywhere(t *testing.T) {
	t.Parallel()
	const published = "https://registry.terraform.io/providers/unpod-ai/unpod/latest/docs/"
	docs := filepath.Join(moduleRoot(t), "docs")
	link := regexp.MustCompile(`(?:\]\(|(?m:^\[[^\]]+\]: ))([^\s)]+)`)
	found := 0
	err := filepath.WalkDir(docs, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		for _, match := range link.FindAllStringSubmatch(readFile(t, path), -1) {
			page, ours := strings.CutPrefix(match[1], published)
			switch {
			case ours:
				found++
				readFile(t, filepath.Join(docs, filepath.FromSlash(page)+".md"))
			case strings.HasPrefix(match[1], "#"):
			case !strings.HasPrefix(match[1], "https://"):
				t.Errorf("%s links to %q, which is relative", path, match[1])
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Errorf("found %d links between pages and error %v", found, err)
	}
}
