// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// examplePlans lists the feature that an example needs, configurations to add to
// the documented ones, to cover edge cases, and the text that its plan must contain.
var examplePlans = map[string]struct {
	needed feature
	more   []unpodtest.Configuration
	want   []string
}{
	"examples/bridge": {needed: terraformData},
	"examples/data-sources/unpod_telephony_provider_configuration": {
		terraformData, nil, []string{`provider_config_id = 42`, `provider_config_id = 43`, `account_sid = "ACx+"`},
	},
	"examples/data-sources/unpod_telephony_provider_configurations": {
		terraformData, []unpodtest.Configuration{sip}, []string{`terraform_data\.twilio\["42"\] will`, `Plan: 1 to add`},
	},
	"examples/provider": {feature{}, nil, []string{regexp.QuoteMeta(listedInOutput)}},
	// One configuration has no account, and two share one.
	"examples/recipes/map": {
		terraformData,
		[]unpodtest.Configuration{sip, {ID: 44, Provider: new("plivo"), AccountSID: unpodtest.Documented()[1].AccountSID}},
		[]string{
			`terraform_data\.configuration\["7"\] will`, `terraform_data\.configuration\["44"\] will`,
			`terraform_data\.account\["MAy+"\] will be created\s[^#]*\+ 43,\s+\+ 44,`, `Plan: 6 to add`,
		},
	},
	"examples/recipes/regions": {optionalAttribute, nil, []string{`\+ in = 43\s+\+ us = 42`}},
	"examples/recipes/review":  {feature{}, nil, []string{`account_sid\s+= "ACx+"`}},
}

// listedInOutput is what pages show of a plan.
const listedInOutput = `
Changes to Outputs:
  + configurations = [
      + {
          + account_sid = "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          + created_at  = "2026-02-07T10:00:00Z"
          + id          = 42
          + provider    = "twilio"
        },
      + {
          + account_sid = "MAyyyyyyyyyyyyyyyyyyyyyyy"
          + created_at  = "2026-02-10T09:00:00Z"
          + id          = 43
          + provider    = "plivo"
        },
    ]
`

// otherTests are examples that other tests here run with more checks.
var otherTests = []string{
	"examples/bridge-rest", "examples/bridge-rest/more", "examples/ephemeral-token", "examples/from-http", "examples/from-http/before",
	"examples/recipes/audit", "examples/recipes/handles", "examples/recipes/organizations", "examples/recipes/organizations-opentofu",
}

func TestExamples_plan(t *testing.T) {
	t.Parallel()
	for _, name := range exampleDirectories(t, ".tf") {
		if strings.Contains(name, "/modules/") || slices.Contains(otherTests, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test := examplePlans[name]
			needCLI(t, test.needed)
			local := startUnpod(t, append(unpodtest.Documented(), test.more...)...)
			local.Set(func(s *unpodtest.Settings) { s.AnyOrganization = true })
			w := example(t, name)
			// Terraform does not configure a provider that nothing uses.
			writeFile(t, filepath.Join(w.Dir, "none.tf"), `data "unpod_telephony_provider_configurations" "none" { count = 0 }`)
			output := run(t, w, credentials(local, nil), "plan")
			for _, want := range test.want {
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
			if output := run(t, example(t, filepath.Dir(name)), nil, "test"); !strings.Contains(output, "Success!") {
				t.Errorf("no test ran:\n%s", output)
			}
		})
	}
}

// TestExamples_keepOrganizationsApart checks which platform and organization is sent
// which token.
func TestExamples_keepOrganizationsApart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		needed  feature
		support int // the platform of the other organization
		tokens  [2]string
	}{
		"examples/recipes/handles":                {feature{}, 1, [2]string{"both", "both"}},
		"examples/recipes/organizations":          {feature{}, 2, [2]string{"sales", "support"}},
		"examples/recipes/organizations-opentofu": {providerForEach, 1, [2]string{"sales", "support"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needCLI(t, test.needed)
			first, second := startUnpod(t), startUnpod(t)
			first.AnswerAlways(unpodtest.JSON(200, `{"data":[{"id":1}]}`))
			second.AnswerAlways(unpodtest.JSON(200, `{"data":[{"id":2}]}`))
			output := run(t, example(t, name), map[string]string{ //nolint:gosec // The tokens are made up.
				"UNPOD_BASE_URL": first.URL, "UNPOD_API_TOKEN": "token-of-both", "TF_VAR_support_base_url": second.URL,
				"TF_VAR_sales_api_token": "token-of-sales", "TF_VAR_support_api_token": "token-of-support",
				"TF_VAR_api_tokens": `{"acme-sales":"token-of-sales","acme-support":"token-of-support"}`,
			}, "plan")
			var got []string
			for i, local := range []*unpodtest.Server{first, second} {
				for _, request := range local.Requests() {
					got = append(got, fmt.Sprintf("%d: %s, %s", i+1, request.Header.Get("Org-Handle"), request.Header.Get("Authorization")))
				}
			}
			want := []string{"1: acme-sales, Token token-of-" + test.tokens[0], fmt.Sprintf("%d: acme-support, Token token-of-%s", test.support, test.tokens[1])}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("sent %q, want %q", got, want)
			}
			pattern := fmt.Sprintf(`sales"?\s+= \[\s+\+ 1,\s+\]\s+\+ \S*support"?\s+= \[\s+\+ %d,`, test.support)
			if !regexp.MustCompile(pattern).MatchString(output) {
				t.Errorf("no %s in:\n%s", pattern, output)
			}
		})
	}
}

// TestExamples_auditReportsFindings has configurations that fail every check.
func TestExamples_auditReportsFindings(t *testing.T) {
	t.Parallel()
	needCLI(t, checkBlock)
	local := startUnpod(t, append(unpodtest.Documented(), sip, unpodtest.Configuration{ID: 50, Provider: new("twilio"), CreatedAt: new("2999-01-01T00:00:00Z")})...)
	output := run(t, example(t, "examples/recipes/audit"), credentials(local, map[string]string{"TF_VAR_max_age_days": "30"}), "plan")
	for _, text := range []string{
		"Provider configurations older than 30 days: 7, 42, 43. Rotate their credentials.",
		"Provider configurations at a provider that is not allowed: 7.",
	} {
		wantWords(t, output, text)
	}
}

func TestExamples_keepEphemeralTokenOutOfPlanAndState(t *testing.T) {
	t.Parallel()
	needCLI(t, ephemeralExample)
	local := documentedUnpod(t)
	variables := credentials(local, map[string]string{"UNPOD_API_TOKEN": "", "TF_VAR_unpod_api_token": unpodtest.Token})
	w := example(t, "examples/ephemeral-token")
	run(t, w, variables, "plan", "-out=plan.bin")
	run(t, w, variables, "apply", "plan.bin")
	planned := run(t, w, nil, "show", "-json", "plan.bin")
	state := readFile(t, filepath.Join(w.Dir, "terraform.tfstate"))
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
	directories := map[string]bool{}
	for name := range filesUnder(t, "examples") {
		if strings.HasSuffix(name, ending) {
			directories[path.Dir(name)] = true
		}
	}
	if len(directories) == 0 {
		t.Fatalf("found no example with %s", ending)
	}
	return slices.Sorted(maps.Keys(directories))
}

// TestExamples_describeTheirVariables checks that readers can tell what each
// variable and output of an example is.
func TestExamples_describeTheirVariables(t *testing.T) {
	t.Parallel()
	for _, declared := range findAll(t, `(?ms)^(variable|output) "(\w+)" \{\n(.*?)\n\}`, "examples") {
		kind, name, body := declared.groups[1], declared.groups[2], declared.groups[3]
		if !strings.Contains(body, "  description ") || kind == "variable" && !strings.Contains(body, "  type ") {
			t.Errorf("%s: %s %q lacks a description or a type", declared.path, kind, name)
		}
	}
}
