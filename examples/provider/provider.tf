terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

# Reads UNPOD_API_TOKEN and UNPOD_ORG_HANDLE from the environment.
provider "unpod" {}

data "unpod_telephony_provider_configuration" "twilio" {
  provider_slug = "twilio"
}

output "twilio_id" {
  description = "ID of the configuration at Twilio."
  value       = data.unpod_telephony_provider_configuration.twilio.id
}
