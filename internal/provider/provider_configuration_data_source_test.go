// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// regions are three configurations, two of them at one provider.
var regions = []unpodtest.Configuration{
	{ID: 50, Provider: new("twilio"), AccountSID: new("ACeurope"), CreatedAt: new("2026-03-01T00:00:00Z")},
	{ID: 42, Provider: new("twilio"), AccountSID: new("ACamerica"), CreatedAt: new("2026-02-07T10:00:00Z")},
	{ID: 43, Provider: new("plivo"), AccountSID: new("MAasia"), CreatedAt: new("2026-02-10T09:00:00Z")},
	sip,
}

func lookUp(conditions string) string {
	return "data \"unpod_telephony_provider_configuration\" \"test\" {\n" + conditions + "\n}\n"
}

// finds checks that the data source has exactly this configuration.
func finds(configuration unpodtest.Configuration) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for name, check := range map[string]knownvalue.Check{
		"id":            knownvalue.Int64Exact(configuration.ID),
		"provider_slug": textOrNull(configuration.Provider),
		"account_sid":   textOrNull(configuration.AccountSID),
		"created_at":    textOrNull(configuration.CreatedAt),
	} {
		checks = append(checks, statecheck.ExpectKnownValue(
			"data.unpod_telephony_provider_configuration.test", tfjsonpath.New(name), check))
	}
	return checks
}

func TestAccProviderConfiguration(t *testing.T) {
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
			config := "resource \"terraform_data\" \"later\" { input = 42 }\n" + lookUp(conditions)
			testCLI(t, credentials(startUnpod(t, regions...), nil), resource.TestStep{Config: config, ConfigStateChecks: finds(want)})
		})
	}
}

const (
	allRegions = "  - id = 7, provider_slug = \"sip\", account_sid = null\n" +
		"  - id = 42, provider_slug = \"twilio\", account_sid = \"ACamerica\"\n" +
		"  - id = 43, provider_slug = \"plivo\", account_sid = \"MAasia\"\n" +
		"  - id = 50, provider_slug = \"twilio\", account_sid = \"ACeurope\"\n"
	exactlyTheSame = "Values must be exactly the same, upper and lower case included."
)

func TestAccProviderConfiguration_noMatch(t *testing.T) {
	t.Parallel()
	for conditions, text := range map[string]string{
		`id = 44`:                  `id = 44`,
		`provider_slug = "Twilio"`: `provider_slug = "Twilio"`,
		"provider_slug = \"plivo\"\naccount_sid = \"ACeurope\"": `provider_slug = "plivo" and account_sid = "ACeurope"`,
		`account_sid = ""`: `account_sid = ""`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			testCLI(t, credentials(startUnpod(t, regions...), nil), resource.TestStep{
				Config: lookUp(conditions),
				ExpectError: diagnostics(diagnostic{"No provider configuration matches",
					"No telephony provider configuration of the organization has " + text + ".\n\nThe organization has 4:\n" + allRegions + "\n" + exactlyTheSame}),
			})
		})
	}
	t.Run("none at all", func(t *testing.T) {
		t.Parallel()
		testCLI(t, credentials(startUnpod(t), nil), resource.TestStep{
			Config: lookUp(`id = 42`),
			ExpectError: diagnostics(diagnostic{"No provider configuration matches",
				"No telephony provider configuration of the organization has id = 42.\n\n" +
					"The organization has none at all. If that is not so, check org_handle (environment variable UNPOD_ORG_HANDLE)."}),
		})
	})
}

func TestAccProviderConfiguration_severalMatches(t *testing.T) {
	t.Parallel()
	europe := regions[0]
	for name, test := range map[string]struct {
		second unpodtest.Configuration
		found  string
		tell   string
	}{
		"by account": {
			unpodtest.Configuration{ID: 51, Provider: new("twilio"), AccountSID: new("ACasia")},
			"  - id = 51, provider_slug = \"twilio\", account_sid = \"ACasia\"", "account_sid or id",
		},
		"by id alone": {
			unpodtest.Configuration{ID: 51, Provider: new("twilio"), AccountSID: europe.AccountSID},
			"  - id = 51, provider_slug = \"twilio\", account_sid = \"ACeurope\"", "id",
		},
		"no account to tell by": {
			unpodtest.Configuration{ID: 51, Provider: new("twilio")},
			"  - id = 51, provider_slug = \"twilio\", account_sid = null", "id",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testCLI(t, credentials(startUnpod(t, europe, test.second), nil), resource.TestStep{
				Config: lookUp(`provider_slug = "twilio"`),
				ExpectError: diagnostics(diagnostic{"More than one provider configuration matches",
					"2 telephony provider configurations of the organization have provider_slug = \"twilio\":\n" +
						"  - id = 50, provider_slug = \"twilio\", account_sid = \"ACeurope\"\n" + test.found +
						"\n\nTo tell them apart, set " + test.tell + " as well."}),
			})
		})
	}
	t.Run("by provider", func(t *testing.T) {
		t.Parallel()
		other := unpodtest.Configuration{ID: 51, Provider: new("vonage"), AccountSID: europe.AccountSID}
		testCLI(t, credentials(startUnpod(t, europe, other), nil), resource.TestStep{
			Config: lookUp(`account_sid = "ACeurope"`),
			ExpectError: diagnostics(diagnostic{"More than one provider configuration matches",
				"2 telephony provider configurations of the organization have account_sid = \"ACeurope\":\n" +
					"  - id = 50, provider_slug = \"twilio\", account_sid = \"ACeurope\"\n" +
					"  - id = 51, provider_slug = \"vonage\", account_sid = \"ACeurope\"\n\n" +
					"To tell them apart, set provider_slug or id as well."}),
		})
	})
}

// TestAccProviderConfiguration_manyAndLong lists no more than fits on a screen,
// of what a server may send to fill one.
func TestAccProviderConfiguration_manyAndLong(t *testing.T) {
	t.Parallel()
	var configurations []unpodtest.Configuration
	var listed strings.Builder
	for id := range int64(12) {
		configurations = append(configurations, unpodtest.Configuration{ID: id + 1, Provider: new(strings.Repeat("ü", 65) + "\x1b[2J")})
		if id < 10 {
			fmt.Fprintf(&listed, "  - id = %d, provider_slug = \"%s…\", account_sid = null\n", id+1, strings.Repeat("ü", 64))
		}
	}
	testCLI(t, credentials(startUnpod(t, configurations...), nil), resource.TestStep{
		Config: lookUp("id = 42"),
		ExpectError: diagnostics(diagnostic{"No provider configuration matches",
			"No telephony provider configuration of the organization has id = 42.\n\nThe organization has 12:\n" + listed.String() + "  - and 2 more\n\n" + exactlyTheSame}),
	})
}

// TestAccProviderConfiguration_noCondition has none from the start, and then
// only once a value is known.
func TestAccProviderConfiguration_noCondition(t *testing.T) {
	t.Parallel()
	want := diagnostics(diagnostic{"Missing Attribute Configuration",
		"At least one of these attributes must be configured: [id,provider_slug,account_sid]"})
	variables := credentials(startUnpod(t, regions[2]), nil)
	t.Run("validate", func(t *testing.T) {
		t.Parallel()
		testCLI(t, variables, resource.TestStep{Config: lookUp(""), ExpectError: want})
	})
	t.Run("apply", func(t *testing.T) {
		t.Parallel()
		config := `resource "terraform_data" "later" { input = { id = null } }` + "\n" + lookUp("id = terraform_data.later.output.id")
		testCLI(t, variables, resource.TestStep{Config: config, ExpectError: want})
	})
}
