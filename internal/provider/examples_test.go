// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// exampleVariables sets the examples' input variables that have no default.
var exampleVariables = map[string]string{
	"TF_VAR_unpod_api_token":   unpodtest.Token,
	"TF_VAR_sales_api_token":   unpodtest.Token,
	"TF_VAR_support_api_token": unpodtest.Token,
	"TF_VAR_api_tokens":        `{"acme-sales":"` + unpodtest.Token + `","acme-support":"` + unpodtest.Token + `"}`,
}

// exampleNeeds has the examples that older CLI versions cannot run.
var exampleNeeds = map[string]feature{
	"examples/bridge": terraformData,
	"examples/data-sources/unpod_telephony_provider_configuration":  terraformData,
	"examples/data-sources/unpod_telephony_provider_configurations": terraformData,
	"examples/ephemeral-token":                                      ephemeralExample,
	"examples/recipes/audit":                                        checkBlock,
	"examples/recipes/map":                                          terraformData,
	"examples/recipes/organizations-opentofu":                       providerForEach,
	"examples/recipes/regions":                                      optionalAttribute,
	"examples/recipes/text-id":                                      terraformData,
}

// examplePlans lists the text that each example's plan must contain. It may add
// configurations to the documented ones, to cover edge cases.
var examplePlans = map[string]struct {
	more []unpodtest.Configuration
	want []string
}{
	"examples/data-sources/unpod_telephony_provider_configuration": {
		nil, []string{`provider_config_id = 42`, `provider_config_id = 43`, `account_sid = "ACx+"`},
	},
	"examples/data-sources/unpod_telephony_provider_configurations": {
		[]unpodtest.Configuration{sip}, []string{`terraform_data\.twilio\["42"\] will`, `Plan: 1 to add`},
	},
	// One configuration has no account, and two share one.
	"examples/recipes/map": {
		[]unpodtest.Configuration{sip, {ID: 44, Provider: new("plivo"), AccountSID: unpodtest.Documented()[1].AccountSID}},
		[]string{
			`terraform_data\.configuration\["7"\] will`, `terraform_data\.configuration\["44"\] will`,
			`terraform_data\.account\["MAy+"\] will be created\s[^#]*\+ 43,\s+\+ 44,`, `Plan: 6 to add`,
		},
	},
	"examples/recipes/regions": {nil, []string{`\+ in = 43\s+\+ us = 42`}},
	"examples/recipes/text-id": {nil, []string{`PROVIDER_CONFIG_ID"\s+\+ value = "42"`}},
}

func TestExamples_plan(t *testing.T) {
	t.Parallel()
	for _, name := range exampleDirectories(t, ".tf") {
		if strings.Contains(name, "/modules/") || name == "examples/from-http/before" {
			continue // Other tests run these.
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needCLI(t, exampleNeeds[name])
			server := startUnpod(t, append(unpodtest.Documented(), examplePlans[name].more...)...)
			server.Set(func(s *unpodtest.Settings) { s.AnyOrganization = true })
			variables := credentials(server, exampleVariables)
			variables["TF_VAR_support_base_url"] = server.URL
			workspace := example(t, name)
			// Terraform does not configure a provider that nothing uses.
			addUnless(t, workspace, `data "`, `data "unpod_telephony_provider_configurations" "none" { count = 0 }`)
			output := run(t, workspace, variables, "plan")
			for _, want := range examplePlans[name].want {
				if !regexp.MustCompile(want).MatchString(output) {
					t.Errorf("no %s in:\n%s", want, output)
				}
			}
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
	sales := unpodtest.Start(t, unpodtest.New("token-of-sales", "acme-sales", unpodtest.Configuration{ID: 1}))
	support := unpodtest.Start(t, unpodtest.New("token-of-support", "acme-support", unpodtest.Configuration{ID: 2}))
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

// TestExamples_keepManyOrganizationsApart checks that each organization is sent its
// own token.
func TestExamples_keepManyOrganizationsApart(t *testing.T) {
	t.Parallel()
	needCLI(t, providerForEach)
	server := documentedUnpod(t)
	server.AnswerAlways(unpodtest.JSON(200, `{"data":[]}`))
	tokens := `{"acme-sales":"token-of-sales","acme-support":"token-of-support"}` //nolint:gosec // They are made up.
	variables := credentials(server, map[string]string{"UNPOD_API_TOKEN": "", "TF_VAR_api_tokens": tokens})
	run(t, example(t, "examples/recipes/organizations-opentofu"), variables, "plan")
	got := map[string]string{}
	for _, request := range server.Requests() {
		got[request.Header.Get("Org-Handle")] = request.Header.Get("Authorization")
	}
	if want := map[string]string{"acme-sales": "Token token-of-sales", "acme-support": "Token token-of-support"}; !maps.Equal(got, want) {
		t.Errorf("sent %v, want %v", got, want)
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
	needCLI(t, ephemeralExample)
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
	found := map[string]bool{}
	for name := range filesUnder(t, "examples") {
		if strings.HasSuffix(name, ending) {
			found[path.Dir(name)] = true
		}
	}
	if len(found) == 0 {
		t.Fatalf("found no example with %s", ending)
	}
	return slices.Sorted(maps.Keys(found))
}

// TestExamples_describeTheirVariables checks that readers can tell what each
// variable and output of an example is.
func TestExamples_describeTheirVariables(t *testing.T) {
	t.Parallel()
	block := regexp.MustCompile(`(?s)\n(variable|output) "(\w+)" \{\n(.*?)\n\}`)
	found := 0
	for path, text := range filesUnder(t, "examples") {
		if !strings.HasSuffix(path, ".tf") {
			continue
		}
		for _, match := range block.FindAllStringSubmatch("\n"+text, -1) {
			found++
			if !strings.Contains(match[3], "  description ") || match[1] == "variable" && !strings.Contains(match[3], "  type ") {
				t.Errorf("%s: %s %q lacks a description or a type", path, match[1], match[2])
			}
		}
	}
	if found == 0 {
		t.Error("found no variable or output")
	}
}

// addUnless adds a file to a workspace whose files do not contain a text.
func addUnless(t *testing.T, workspace *sandbox.Workspace, text, config string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(workspace.Dir, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.Contains(readFile(t, file), text) {
			return
		}
	}
	if err := os.WriteFile(filepath.Join(workspace.Dir, strings.Trim(text, ` "`)+".tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}
