terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

# Reads UNPOD_API_TOKEN and UNPOD_ORG_HANDLE.
provider "unpod" {}

data "unpod_telephony_provider_configurations" "all" {}

data "unpod_telephony_provider_configuration" "twilio" {
  provider_slug = "twilio"
}

locals {
  configurations = data.unpod_telephony_provider_configurations.all.provider_configurations
  twilio_id      = data.unpod_telephony_provider_configuration.twilio.id
}

output "twilio_id" {
  description = "ID of the configuration at Twilio."
  value       = local.twilio_id
}
