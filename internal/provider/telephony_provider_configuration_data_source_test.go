// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// regions includes two configurations with the same provider.
var regions = []unpodtest.Configuration{
	{ID: 50, Provider: new("twilio"), AccountSID: new("ACeurope"), CreatedAt: new("2026-03-01T00:00:00Z")},
	{ID: 42, Provider: new("twilio"), AccountSID: new("ACamerica"), CreatedAt: new("2026-02-07T10:00:00Z")},
	{ID: 43, Provider: new("plivo"), AccountSID: new("MAasia"), CreatedAt: new("2026-02-10T09:00:00Z")},
	sip,
}

func TestAccTelephonyProviderConfiguration_findsMatch(t *testing.T) {
	t.Parallel()
	for conditions, want := range map[string]unpodtest.Configuration{
		`id = 42`:                  regions[1],
		`provider_slug = "plivo"`:  regions[2],
		`account_sid = "ACeurope"`: regions[0],
		"provider_slug = \"twilio\"\naccount_sid = \"ACeurope\"":           regions[0],
		"id = 42\nprovider_slug = \"twilio\"\naccount_sid = \"ACamerica\"": regions[1],
		"id = 43\nprovider_slug = null":                                    regions[2],
		`provider_slug = "sip"`:                                            sip,
		"id = terraform_data.later.output":                                 regions[1],
		"provider_slug = \"twilio\"\nid = terraform_data.later.output":     regions[1],
	} {
		t.Run(conditions, func(t *testing.T) {
			t.Parallel()
			needCLI(t, terraformData)
			config := "resource \"terraform_data\" \"later\" { input = 42 }\n" + lookUp(conditions)
			testCLI(t, credentials(startUnpod(t, regions...), nil), cliTest{config: config, checks: finds(want)})
		})
	}
}

const (
	noMatch  = "No provider configuration matches"
	several  = "More than one provider configuration matches"
	useOne   = "Use the values of one of these configurations.\n\n"
	wantCase = "Matching is case-sensitive, and a configuration differs only in case. Check the case of the values that are listed as (as set).\n\n"
)

// TestAccTelephonyProviderConfiguration_failsWithoutMatch checks that the error
// does not repeat the conditions' values, which may be sensitive.
func TestAccTelephonyProviderConfiguration_failsWithoutMatch(t *testing.T) {
	t.Parallel()
	const all = "Configurations:\n" +
		"  - id = 7, provider_slug = \"sip\", account_sid = null\n" +
		"  - id = 42, provider_slug = \"twilio\", account_sid = \"ACamerica\"\n" +
		"  - id = 43, provider_slug = \"plivo\", account_sid = \"MAasia\"\n" +
		"  - id = 50, provider_slug = \"twilio\", account_sid = \"ACeurope\""
	asSet := strings.NewReplacer
	for name, test := range map[string]struct{ conditions, names, detail string }{
		"id":                         {`id = 44`, "id", useOne + all},
		"provider slug":              {`provider_slug = "vonage"`, "provider_slug", useOne + all},
		"upper case":                 {`provider_slug = "Twilio"`, "provider_slug", wantCase + asSet(`"twilio"`, "(as set)").Replace(all)},
		"only one of two conditions": {"provider_slug = \"plivo\"\naccount_sid = \"ACeurope\"", "provider_slug and account_sid", useOne + asSet(`"plivo"`, "(as set)", `"ACeurope"`, "(as set)").Replace(all)},
		"id of another account":      {"id = 42\naccount_sid = \"MAasia\"", "id and account_sid", useOne + asSet("id = 42", "id = (as set)", `"MAasia"`, "(as set)").Replace(all)},
		"empty value":                {`account_sid = ""`, "account_sid", useOne + all},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testCLI(t, credentials(startUnpod(t, regions...), nil), cliTest{
				config: lookUp(test.conditions),
				wantError: diagnostics(diagnostic{noMatch,
					"No telephony provider configuration of the organization matches " + test.names + ".\n\n" + test.detail}),
			})
		})
	}
	t.Run("no configurations", func(t *testing.T) {
		t.Parallel()
		testCLI(t, credentials(startUnpod(t), nil), cliTest{
			config: lookUp(`id = 42`),
			wantError: diagnostics(diagnostic{noMatch,
				"No telephony provider configuration of the organization matches id.\n\n" +
					"The organization has no configurations. If that is unexpected, check org_handle \"unpod\" (from UNPOD_ORG_HANDLE)."}),
		})
	})
}

// TestAccTelephonyProviderConfiguration_hidesSensitiveValues uses a value that
// differs only in case from an existing one. Showing that one would reveal it.
func TestAccTelephonyProviderConfiguration_hidesSensitiveValues(t *testing.T) {
	t.Parallel()
	server := startUnpod(t, unpodtest.Configuration{ID: 1, AccountSID: new("ACSECRET")})
	workspace := workspace(t, `
variable "account_sid" {
  type      = string
  sensitive = true
}
data "unpod_telephony_provider_configuration" "test" { account_sid = var.account_sid }
`)
	output, err := workspace.Run(t.Context(), credentials(server, map[string]string{"TF_VAR_account_sid": "ACsecret"}), "plan", "-no-color")
	if err == nil || !strings.Contains(output, noMatch) || !strings.Contains(output, "account_sid = var.account_sid") {
		t.Errorf("got error %v, want %q and the argument's line:\n%s", err, noMatch, output)
	}
	if strings.Contains(strings.ToLower(output), "acsecret") {
		t.Errorf("the output shows the value:\n%s", output)
	}
}

// TestAccTelephonyProviderConfiguration_failsWithSeveralMatches checks that the
// error suggests exactly the arguments that could select one.
func TestAccTelephonyProviderConfiguration_failsWithSeveralMatches(t *testing.T) {
	t.Parallel()
	europe := regions[0]
	for name, test := range map[string]struct {
		conditions string
		second     unpodtest.Configuration
		listed     string
		tell       string
	}{
		"different accounts": {
			`provider_slug = "twilio"`, unpodtest.Configuration{ID: 51, Provider: new("twilio"), AccountSID: new("ACasia")},
			"  - id = 50, provider_slug = (as set), account_sid = \"ACeurope\"\n  - id = 51, provider_slug = (as set), account_sid = \"ACasia\"", "account_sid or id",
		},
		"one without account": {
			`provider_slug = "twilio"`, unpodtest.Configuration{ID: 51, Provider: new("twilio")},
			"  - id = 50, provider_slug = (as set), account_sid = \"ACeurope\"\n  - id = 51, provider_slug = (as set), account_sid = null", "account_sid or id",
		},
		"different ids only": {
			`provider_slug = "twilio"`, unpodtest.Configuration{ID: 51, Provider: new("twilio"), AccountSID: europe.AccountSID},
			"  - id = 50, provider_slug = (as set), account_sid = \"ACeurope\"\n  - id = 51, provider_slug = (as set), account_sid = \"ACeurope\"", "id",
		},
		"different providers": {
			`account_sid = "ACeurope"`, unpodtest.Configuration{ID: 51, Provider: new("vonage"), AccountSID: europe.AccountSID},
			"  - id = 50, provider_slug = \"twilio\", account_sid = (as set)\n  - id = 51, provider_slug = \"vonage\", account_sid = (as set)", "provider_slug or id",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			argument, _, _ := strings.Cut(test.conditions, " ")
			testCLI(t, credentials(startUnpod(t, europe, test.second), nil), cliTest{
				config: lookUp(test.conditions),
				wantError: diagnostics(diagnostic{several, "2 telephony provider configurations of the organization match " + argument +
					".\n\nConfigurations:\n" + test.listed + "\n\nTo select one, set " + test.tell + " as well."}),
			})
		})
	}
}

// TestAccTelephonyProviderConfiguration_truncatesError checks that the error fits
// on a screen, even with many configurations and long values.
func TestAccTelephonyProviderConfiguration_truncatesError(t *testing.T) {
	t.Parallel()
	var configurations []unpodtest.Configuration
	var listed strings.Builder
	for id := range int64(12) {
		configurations = append(configurations, unpodtest.Configuration{ID: id + 1, Provider: new(strings.Repeat("ü", 65))})
		if id < 10 {
			fmt.Fprintf(&listed, "  - id = %d, provider_slug = \"%s…\", account_sid = null\n", id+1, strings.Repeat("ü", 64))
		}
	}
	testCLI(t, credentials(startUnpod(t, configurations...), nil), cliTest{
		config: lookUp("id = 42"),
		wantError: diagnostics(diagnostic{noMatch,
			"No telephony provider configuration of the organization matches id.\n\n" + useOne + "Configurations:\n" + listed.String() + "  - and 2 more"}),
	})
}

// TestAccTelephonyProviderConfiguration_rejectsInvalidID includes an id that is
// known only during apply.
func TestAccTelephonyProviderConfiguration_rejectsInvalidID(t *testing.T) {
	t.Parallel()
	want := diagnostics(diagnostic{"Invalid id", "id must be a whole number from -9223372036854775808 to 9223372036854775807."})
	variables := credentials(startUnpod(t, regions...), nil)
	for _, id := range []string{"42.5", "1e400", "9223372036854775808", "-9223372036854775809"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			testCLI(t, variables, cliTest{config: lookUp("id = " + id), wantError: want})
		})
	}
	t.Run("known during apply", func(t *testing.T) {
		t.Parallel()
		needCLI(t, terraformData)
		config := `resource "terraform_data" "later" { input = 42.5 }` + "\n" + lookUp("id = terraform_data.later.output")
		testCLI(t, variables, cliTest{config: config, wantError: want})
	})
}

// TestAccTelephonyProviderConfiguration_requiresCondition includes a condition that
// turns out to be null during apply.
func TestAccTelephonyProviderConfiguration_requiresCondition(t *testing.T) {
	t.Parallel()
	want := diagnostics(diagnostic{"Missing Attribute Configuration",
		"At least one of these attributes must be configured: [id,provider_slug,account_sid]"})
	variables := credentials(startUnpod(t, regions[2]), nil)
	t.Run("missing", func(t *testing.T) {
		t.Parallel()
		testCLI(t, variables, cliTest{config: lookUp(""), wantError: want})
	})
	t.Run("null during apply", func(t *testing.T) {
		t.Parallel()
		needCLI(t, terraformData)
		config := `resource "terraform_data" "later" { input = { id = null } }` + "\n" + lookUp("id = terraform_data.later.output.id")
		testCLI(t, variables, cliTest{config: config, wantError: want})
	})
}
