package people

import (
	"strings"

	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/secret"
)

// Contexts of sealed columns and kinds of blind indexes. An import writes the
// same ones.
const (
	SealID         = "person.id_cipher"
	SealPhone      = "person.phone_cipher"
	SealHomePhone  = "household.phone_cipher"
	SealHistoryOld = "field_change.old_cipher"
	SealHistoryNew = "field_change.new_cipher"
	IndexID        = "id"
	IndexPhone     = "phone"
)

// sealed is an identity value in its stored forms.
type sealed struct {
	Cipher, Index []byte
	Mask          string
}

func (s *Store) idIndex(number string) []byte {
	id, _ := idcard.Parse(number)
	if id.Number == "" {
		return s.Box.BlindIndex(IndexID, idcard.Normalise(number))
	}
	return s.Box.BlindIndex(IndexID, id.Number)
}

func (s *Store) phoneIndex(phone string) []byte {
	return s.Box.BlindIndex(IndexPhone, NormalPhone(phone))
}

// NormalPhone keeps the digits of a phone number, without +86.
func NormalPhone(s string) string {
	n := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, idcard.Normalise(s))
	n = strings.TrimPrefix(n, "+")
	if len(n) == 13 && strings.HasPrefix(n, "861") {
		n = n[2:]
	}
	return n
}

// IsMobile reports ^1[3-9]\d{9}$ (national check 2_01_014, facts B8).
func IsMobile(n string) bool {
	return len(n) == 11 && n[0] == '1' && n[1] >= '3'
}

// sealID reads, checks and seals an identity number. For kinds other than the
// resident id it takes what the document says; without a document the index is
// made from the person's own id, which no number can equal.
func (s *Store) sealID(kind int, number string, personID int64) (sealed, idcard.ID, *fault.Field, error) {
	var id idcard.ID
	n := idcard.Normalise(number)
	switch kind {
	case 0, 1, 2:
		var problem idcard.Problem
		if id, problem = idcard.Parse(number); problem != idcard.OK {
			return sealed{}, id, &fault.Field{Name: "id_number", Key: problem.Key()}, nil
		}
		n = id.Number
	case idNone:
		n = ""
	default:
		if len(n) < 5 || len(n) > 20 {
			return sealed{}, id, &fault.Field{Name: "id_number", Key: "idcard.length"}, nil
		}
	}
	out := sealed{Mask: secret.MaskID(n), Index: s.Box.BlindIndex(IndexID, n)}
	if kind == idNone {
		out.Index = s.Box.BlindIndex("noid", itoa(personID))
	}
	var err error
	out.Cipher, err = s.Box.Encrypt(SealID, []byte(n))
	return out, id, nil, err
}

const idNone = 9

// sealPhone checks and seals a phone; an empty one gives an empty value.
func (s *Store) sealPhone(phone, context string) (sealed, *fault.Field, error) {
	n := NormalPhone(phone)
	if n == "" {
		if strings.TrimSpace(phone) != "" {
			return sealed{}, &fault.Field{Name: "phone", Key: "people.phone.form"}, nil
		}
		return sealed{}, nil, nil
	}
	landline := n[0] == '0' && len(n) >= 10 && len(n) <= 12
	if !IsMobile(n) && !landline {
		return sealed{}, &fault.Field{Name: "phone", Key: "people.phone.form"}, nil
	}
	c, err := s.Box.Encrypt(context, []byte(n))
	return sealed{Cipher: c, Index: s.Box.BlindIndex(IndexPhone, n), Mask: secret.MaskPhone(n)}, nil, err
}

// fromID fills what the number itself says where the form left it open, and
// answers a field error where the form contradicts it.
func fromID(p *fact.Person, id idcard.ID) *fault.Field {
	if id.Number == "" {
		return nil
	}
	if p.Birth == 0 {
		p.Birth = id.Birth
	}
	if p.Sex == 0 {
		p.Sex = id.Sex
	}
	if id.Cert {
		p.IDKind, p.Disability, p.Grade = 2, id.Kind, id.Grade
	}
	switch {
	case p.Birth != id.Birth:
		return &fault.Field{Name: "birth", Key: "people.birth.differs"}
	case p.Sex != id.Sex:
		return &fault.Field{Name: "sex", Key: "people.sex.differs"}
	}
	return nil
}
