terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

data "unpod_telephony_provider_configuration" "twilio" {
  provider_slug = "twilio"
}

# Terraform converts a number automatically if an argument is a string. In a map
# or an object, it would stay a number, so convert it yourself.
resource "terraform_data" "settings" {
  input = {
    provider_config_id = tostring(data.unpod_telephony_provider_configuration.twilio.id)
  }
}
