terraform {
  required_version = ">= 1.4" # the first with terraform_data

  required_providers {
    unpod = {
      source = "unpod-ai/unpod"
    }
  }
}

# Reads UNPOD_API_TOKEN, UNPOD_ORG_HANDLE and UNPOD_BASE_URL.
provider "unpod" {}

# All provider configurations of the organization.
data "unpod_telephony_provider_configurations" "all" {}

# Those at Twilio alone.
data "unpod_telephony_provider_configurations" "twilio" {
  provider_slug = "twilio"
}

# Stands in for a bridge. one() makes a second configuration at Twilio an error
# rather than a choice by chance.
resource "terraform_data" "bridge" {
  input = {
    name                      = "support-line"
    provider_configuration_id = one(data.unpod_telephony_provider_configurations.twilio.ids)
  }
}
